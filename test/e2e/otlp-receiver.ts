import { once } from 'node:events';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import * as z from 'zod';

const Id = z.string();
const Span = z.object({
  name: z.string(),
  traceId: Id,
  spanId: Id,
  parentSpanId: Id.optional(),
  links: z.array(z.object({ traceId: Id, spanId: Id })).default([]),
  attributes: z.array(z.object({ key: z.string(), value: z.unknown() })).default([]),
});
export type ReceivedSpan = z.infer<typeof Span>;

const Traces = z.object({
  resourceSpans: z.array(z.object({ scopeSpans: z.array(z.object({ spans: z.array(Span) })) })),
});

/** A collector that takes OTLP over HTTP, as JSON, and keeps the spans. */
export async function startReceiver(port = 0) {
  const spans: ReceivedSpan[] = [];
  const server = createServer(async (request, response) => {
    const { resourceSpans } = Traces.parse(await json(request));
    for (const { scopeSpans } of resourceSpans) spans.push(...scopeSpans.flatMap((scope) => scope.spans));
    response.end('{}');
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : port}`,
    spans,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** Returns the spans that a span led to: its children, those linked to it, and theirs. */
export function storyFrom(first: ReceivedSpan, spans: readonly ReceivedSpan[]): ReceivedSpan[] {
  const story = new Map([[first.spanId, first]]);
  for (let size = 0; size < story.size; ) {
    size = story.size;
    for (const span of spans)
      if (story.has(span.parentSpanId ?? '') || span.links.some(({ spanId }) => story.has(spanId)))
        story.set(span.spanId, span);
  }
  return [...story.values()];
}
