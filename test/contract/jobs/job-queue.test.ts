import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import { sqsJobs } from '#shared/jobs/sqs-job-queue.ts';
import { newJobId } from '#shared/kernel/ids.ts';
import { emulator, uniqueName } from '../emulator.ts';

const client = new SQSClient(emulator());

async function newQueue() {
  const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: uniqueName('purges') }));
  const receive = async (WaitTimeSeconds: number) => {
    const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds }));
    return Messages.map(({ Body = '' }) => JSON.parse(Body));
  };
  return { queue: sqsJobs({ queueUrl: QueueUrl, client }), receive };
}

it('a message has the job’s id', async () => {
  const { queue, receive } = await newQueue();
  const job = newJobId();
  await queue.send(job);
  expect(await receive(5)).toEqual([{ job_id: job }]);
});

it('a delayed message is delivered later', async () => {
  const { queue, receive } = await newQueue();
  const job = newJobId();
  await queue.send(job, 1.2);
  expect(await receive(0)).toEqual([]);
  expect(await receive(10)).toEqual([{ job_id: job }]);
});

it('a delay longer than SQS allows is cut', async () => {
  const { queue, receive } = await newQueue();
  await queue.send(newJobId(), 100_000);
  expect(await receive(0)).toEqual([]);
});

it('a queue that cannot be reached is a problem', async () => {
  const nobody = new SQSClient({ ...emulator(), endpoint: 'http://127.0.0.1:9', maxAttempts: 1 });
  const queue = sqsJobs({ queueUrl: 'http://127.0.0.1:9/000000000000/purges', client: nobody });
  await expect(queue.send(newJobId())).rejects.toMatchObject({ code: 'dependency_unavailable' });
});
