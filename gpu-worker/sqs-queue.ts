import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { Problem } from '#shared/kernel/problems.ts';
import type { MessageQueue, ReceivedMessage } from './message-queue.ts';

/** The most messages in one SQS call. */
const CALL_SIZE = 10;

/** @param visibilityTimeout seconds for which a received message is invisible to other workers */
export function sqsQueue({
  url,
  visibilityTimeout,
  client = new SQSClient(),
}: {
  url: string;
  visibilityTimeout: number;
  client?: SQSClient;
}): MessageQueue {
  return {
    async receive(max, waitSeconds, signal) {
      const command = new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: max,
        WaitTimeSeconds: waitSeconds,
        VisibilityTimeout: visibilityTimeout,
        MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      });
      try {
        const { Messages = [] } = await client.send(command, { abortSignal: signal });
        return Messages.flatMap(received);
      } catch (cause) {
        if (signal.aborted) return [];
        throw unavailable('read', cause);
      }
    },
    async remove(messages) {
      await inCalls(messages, 'removed from', (Entries) =>
        client.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries })),
      );
    },
    async changeVisibility(messages, seconds) {
      await inCalls(messages, 'changed in', (Entries) =>
        client.send(
          new ChangeMessageVisibilityBatchCommand({
            QueueUrl: url,
            Entries: Entries.map((entry) => ({ ...entry, VisibilityTimeout: seconds })),
          }),
        ),
      );
    },
  };
}

function received({ MessageId, ReceiptHandle, Body, Attributes }: Message): ReceivedMessage[] {
  if (!MessageId || !ReceiptHandle) return [];
  const attempts = Number(Attributes?.ApproximateReceiveCount ?? 1);
  return [{ id: MessageId, receipt: ReceiptHandle, body: Body ?? '', attempts }];
}

/** Sends all messages in as few calls as SQS allows. @throws Problem `dependency_unavailable` if any entry is refused */
async function inCalls(
  messages: readonly ReceivedMessage[],
  verb: string,
  call: (
    entries: { Id: string; ReceiptHandle: string }[],
  ) => Promise<{ Failed?: { Code?: string | undefined }[] | undefined }>,
): Promise<void> {
  const entries = messages.map(({ receipt }, position) => ({ Id: String(position), ReceiptHandle: receipt }));
  const calls = [];
  for (let start = 0; start < entries.length; start += CALL_SIZE) {
    calls.push(call(entries.slice(start, start + CALL_SIZE)));
  }
  try {
    const refused = (await Promise.all(calls)).flatMap(({ Failed = [] }) => Failed);
    if (refused.length > 0) {
      const codes = [...new Set(refused.map(({ Code }) => Code))].join(', ');
      throw new Problem(
        'dependency_unavailable',
        `${refused.length} messages were not ${verb} the queue: ${codes}`,
      );
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw unavailable('changed', error);
  }
}

const unavailable = (what: string, cause: unknown) =>
  new Problem('dependency_unavailable', `The embedding queue cannot be ${what}.`, { cause });
