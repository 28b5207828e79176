import { context, isSpanContextValid, type Link, type SpanContext, trace } from '@opentelemetry/api';

const FORM = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Returns the W3C `traceparent` of the span that is active; undefined without one. */
export function currentTraceparent(): string | undefined {
  const span = trace.getSpanContext(context.active());
  if (!span || !isSpanContextValid(span)) return undefined;
  return `00-${span.traceId}-${span.spanId}-${span.traceFlags.toString(16).padStart(2, '0')}`;
}

/** Returns links to the spans that sent messages; none for what is no traceparent. */
export const linksTo = (traceparents: readonly unknown[]): Link[] =>
  traceparents.flatMap((text) => {
    const sender = spanContextOf(text);
    return sender ? [{ context: sender }] : [];
  });

/** Links the active span to another one that led to it. */
export function linkActiveSpan(traceparent: string | undefined): void {
  const [link] = linksTo([traceparent]);
  if (link) trace.getActiveSpan()?.addLink(link);
}

function spanContextOf(text: unknown): SpanContext | undefined {
  const [, traceId, spanId, flags] = (typeof text === 'string' && FORM.exec(text)) || [];
  if (!traceId || !spanId || !flags) return undefined;
  const found = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return isSpanContextValid(found) ? found : undefined;
}

/** Adds the active span to a message, for its consumer to link to. */
export function traced<Body extends object>(body: Body): Body & { traceparent?: string } {
  const traceparent = currentTraceparent();
  return traceparent === undefined ? body : { ...body, traceparent };
}
