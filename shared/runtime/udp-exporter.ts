import { createSocket, type Socket } from 'node:dgram';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';

/** Lambda's listener takes datagrams of 64 KB; base64 adds a third. */
const MAX_BYTES = 64_000;
const HEADER = '{"format":"json","version":1}\n';
/** Before the spans of a sampled trace. */
const SAMPLED = 'T1S';

/**
 * Sends spans to the listener that Lambda has beside a function with active tracing: OTLP over UDP. Nothing is waited for, so
 * nothing is lost when the function is frozen after its reply. A span that fits no datagram is dropped.
 * @param address `host:port`, from AWS_XRAY_DAEMON_ADDRESS
 */
export function udpExporter(address: string, open: () => Socket = () => createSocket('udp4')): SpanExporter {
  const [host = '127.0.0.1', port = '2000'] = address.split(':');
  const socket = open().unref();
  socket.on('error', () => {}); // best effort: a lost span is no reason to fail a call
  const send = (spans: ReadableSpan[]): void => {
    const bytes = ProtobufTraceSerializer.serializeRequest(spans);
    if (!bytes) return;
    const datagram = `${HEADER}${SAMPLED}${Buffer.from(bytes).toString('base64')}`;
    if (datagram.length <= MAX_BYTES) return void socket.send(datagram, Number(port), host);
    if (spans.length > 1) for (const span of spans) send([span]);
  };
  return {
    export(spans, done) {
      send(spans);
      done({ code: 0 });
    },
    shutdown: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}
