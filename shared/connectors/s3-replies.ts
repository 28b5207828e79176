import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { capBytes } from './byte-cap.ts';

type Stack = S3Client['middlewareStack'];

/** Bytes of a reply that the SDK reads into memory. A page of 1 000 of the longest keys, escaped, has 4 MB. */
const MOST = 8_000_000;

/** Caps what a tenant's server may answer, but for the objects themselves: those are streamed, and capped there. */
export const capReplies: Parameters<Stack['use']>[0] = {
  applyToStack(stack) {
    stack.add(
      (next, { commandName }) =>
        async (args) => {
          const reply = await next(args);
          const { response } = reply;
          if (!isReply(response) || (commandName === 'GetObjectCommand' && response.statusCode < 300))
            return reply;
          response.body = capBytes(response.body, { maxBytes: MOST });
          return reply;
        },
      { step: 'deserialize', priority: 'low', name: 'capReplies' },
    );
  },
};

const isReply = (response: unknown): response is { statusCode: number; body: Readable } =>
  typeof response === 'object' &&
  response !== null &&
  'statusCode' in response &&
  'body' in response &&
  response.body instanceof Readable;
