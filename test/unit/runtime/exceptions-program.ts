// A function's process: serves the calls that it is sent, and can behave as if it were in Lambda.
import { EventEmitter } from 'node:events';
import { createReadStream } from 'node:fs';
import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import * as z from 'zod';
import { operation } from '#shared/contracts/http/operation.ts';
import { httpFunction } from '#shared/runtime/http.ts';
import { openRoute } from '#shared/runtime/routes.ts';

if (process.argv.includes('--as-in-lambda'))
  for (const event of ['uncaughtException', 'unhandledRejection']) process.on(event, () => process.exit(129)); // as the runtime interface client does

const never = new Promise<never>(() => {});
const failing = (message: string) => new Error(message);
/** Exceptions that no promise of the call reports. */
const FAULTS: Record<string, () => Promise<{ ok: boolean }>> = {
  none: async () => ({ ok: true }),
  slow: () => new Promise((resolve) => setTimeout(resolve, 200, { ok: true })),
  timer: () => {
    setTimeout(() => {
      throw failing('in a timer');
    });
    return never;
  },
  event: () => {
    const parser = new EventEmitter();
    setImmediate(() => parser.emit('error', failing('an event without a listener')));
    return never;
  },
  stream: () => {
    createReadStream('/nowhere');
    return never;
  },
  rejection: () => {
    void (async () => {
      await null;
      throw failing('a promise that nobody awaits');
    })();
    return never;
  },
  late: async () => {
    setTimeout(() => {
      throw failing('after the reply');
    }, 50);
    return { ok: true };
  },
};

const meet = operation({
  id: 'meet',
  tag: 'Service',
  method: 'GET',
  path: '/v1/{fault}',
  summary: 'Meet an exception',
  policy: 'Open',
  params: z.object({ fault: z.string().max(20) }),
  reply: { status: 200, description: 'Yes', schema: z.looseObject({}) },
  problems: [],
});
const route = openRoute(meet, async ({ params }) => (FAULTS[params.fault] ?? (() => never))());
const handler = httpFunction([route], {});

process.on('message', async ({ id, fault }: { id: number; fault: string }) => {
  if (fault === 'outside')
    return setTimeout(() => {
      throw failing('of no call');
    });
  const event = {
    httpMethod: 'GET',
    path: `/v1/${fault}`,
    pathParameters: { fault },
    headers: {},
    body: null,
  };
  const request = { ...event, requestContext: { requestId: 'r', stage: 'api' } };
  const { statusCode, headers, body } = await handler(
    request as unknown as APIGatewayProxyEvent, // the fields that a function reads
    { functionName: 'f', awsRequestId: 'x', getRemainingTimeInMillis: () => 1000 } as Context,
  );
  process.send?.({ id, status: statusCode, type: headers?.['content-type'], body: JSON.parse(body) });
});
process.send?.('ready');
