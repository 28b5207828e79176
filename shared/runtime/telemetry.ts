import { Logger } from '@aws-lambda-powertools/logger';
import { startTracing } from './tracing.ts';

/** Sends the spans that are left: for a process that ends. */
export const stopTracing = await startTracing(); // once per process, before the first span

/** Structured JSON logs; service name and level come from Powertools' own variables. Never log a key, a token or image data. */
export const logger = new Logger();
