import { type Attributes, type Link, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';

const tracer = trace.getTracer('deeplens');

interface SpanOptions {
  kind?: 'server' | 'consumer' | 'internal';
  /** Ids and states, never data: spans leave the service. */
  attributes?: Attributes;
  /** To the spans that sent what is handled. Over a queue a span is linked, not a child: no trace grows without end. */
  links?: Link[];
}

const KINDS = { server: SpanKind.SERVER, consumer: SpanKind.CONSUMER, internal: SpanKind.INTERNAL };

/** Runs a part of the work within a span; an error ends it as failed. Without an SDK it costs a call. */
export async function inSpan<Result>(
  name: string,
  { kind = 'internal', attributes = {}, links = [] }: SpanOptions,
  run: () => Promise<Result>,
): Promise<Result> {
  return tracer.startActiveSpan(name, { kind: KINDS[kind], attributes, links }, async (span) => {
    try {
      return await run();
    } catch (error) {
      const named = error instanceof Error ? error.name : 'Error';
      span.setStatus({ code: SpanStatusCode.ERROR, message: named }); // its text may hold what a caller sent
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Adds to the active span. */
export function annotateSpan(attributes: Attributes): void {
  trace.getActiveSpan()?.setAttributes(attributes);
}
