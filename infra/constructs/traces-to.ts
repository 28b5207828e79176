import type { Environment } from '../config/environments.ts';

/** Returns the variables of a program that sends its spans to a collector: all of them, as it chose to have them. */
export const tracesTo = ({ otlpEndpoint }: Environment): Record<string, string> =>
  otlpEndpoint === undefined
    ? {}
    : { OTEL_EXPORTER_OTLP_ENDPOINT: otlpEndpoint, OTEL_TRACES_SAMPLER_ARG: '1' };
