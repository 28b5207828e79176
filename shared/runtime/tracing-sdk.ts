import { context, isSpanContextValid, TraceFlags, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type Sampler,
  SamplingDecision,
  SimpleSpanProcessor,
  type SpanProcessor,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';
import { udpExporter } from './udp-exporter.ts';

interface Receiver {
  /** `host:port` of Lambda's listener. */
  udp: string | undefined;
  /** The address of a collector; comes before `udp`. */
  http: string | undefined;
  share: number;
  service: string;
}

/** Milliseconds until a batch is sent to a collector. */
const DELAY_MS = 200;

/** Makes spans from now on, and sends them. @returns sends what is left, and ends */
export async function installTracing({ udp, http, share, service }: Receiver): Promise<() => Promise<void>> {
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service, 'service.namespace': 'deeplens' }),
    sampler: followingSampler(share),
    spanProcessors: [http ? await overHttp(http) : new SimpleSpanProcessor(udpExporter(udp ?? ''))],
  });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  return () => provider.shutdown();
}

async function overHttp(endpoint: string): Promise<SpanProcessor> {
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
  const url = `${endpoint.replace(/\/$/, '')}/v1/traces`;
  return new BatchSpanProcessor(new OTLPTraceExporter({ url }), { scheduledDelayMillis: DELAY_MS });
}

/** Records what its parent, or a span that it is linked to, was recorded for: a story is told as a whole or not at all. */
export function followingSampler(share: number): Sampler {
  const ratio = new TraceIdRatioBasedSampler(share);
  return {
    shouldSample(parentContext, traceId, ...rest) {
      const [, , , links] = rest;
      const parent = trace.getSpanContext(parentContext);
      const before = [...(parent ? [parent] : []), ...links.map((link) => link.context)];
      const known = before.filter(isSpanContextValid);
      if (known.length === 0) return ratio.shouldSample(parentContext, traceId);
      const isRecorded = known.some(({ traceFlags }) => (traceFlags & TraceFlags.SAMPLED) !== 0);
      return { decision: isRecorded ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD };
    },
    toString: () => `FollowingSampler{${share}}`,
  };
}
