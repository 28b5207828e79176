import * as z from 'zod';
import { readEnv } from './env.ts';

const Env = z.object({
  /** Set by Lambda where active tracing is on. */
  AWS_XRAY_DAEMON_ADDRESS: z.string().max(256).optional(),
  /** A collector that takes OTLP over HTTP; the gpu-worker, and those who run DeepLens themselves. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
  /** The share of traces that are recorded, 0 to 1. */
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(0.05),
  POWERTOOLS_SERVICE_NAME: z.string().default('unknown'),
});

/**
 * Installs the SDK of traces if there is someone to send them to; without it spans are not made.
 * @returns sends what is left; for a process that ends
 */
export async function startTracing(): Promise<() => Promise<void>> {
  const env = readEnv(Env);
  const { AWS_XRAY_DAEMON_ADDRESS: udp, OTEL_EXPORTER_OTLP_ENDPOINT: http } = env;
  if (!udp && !http) return async () => {};
  const { installTracing } = await import('./tracing-sdk.ts'); // costs 40 ms, which no one pays without a receiver
  return installTracing({
    udp,
    http,
    share: env.OTEL_TRACES_SAMPLER_ARG,
    service: env.POWERTOOLS_SERVICE_NAME,
  });
}
