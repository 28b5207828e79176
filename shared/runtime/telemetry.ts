import { Logger } from '@aws-lambda-powertools/logger';
import { Tracer } from '@aws-lambda-powertools/tracer';

/** Structured JSON logs; service name and level come from Powertools' own variables. Never log a key, a token or image data. */
export const logger = new Logger();
export const tracer = new Tracer();
