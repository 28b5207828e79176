import type { Context, SQSRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { objectKeys } from '#shared/blobs/object-keys.ts';
import { handOver, IN_ORDER_OF_ARRIVAL } from '#shared/images/hand-over.ts';
import { newImageId, type TenantId, tenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { FairQueue } from '#shared/messaging/fair-queue.ts';
import { leasingLimiter } from '#shared/rate-limit/leasing-limiter.ts';
import { queueFunction } from '#shared/runtime/queue.ts';
import { eachUpload, S3Notification } from '#shared/runtime/s3-event.ts';
import { sqsRecord } from '../../fixtures/sqs-record.ts';
import { memoryWindows } from '../../memory/window-store.ts';

const ALICE = tenantId('alice');
const BOB = tenantId('bob');
/** Milliseconds that a validation takes; to hand an upload over takes none. */
const VALIDATION_MS = 500;

interface Waiting {
  id: string;
  body: string;
  receives: number;
}

const context = { functionName: 'f', awsRequestId: 'x', getRemainingTimeInMillis: () => 1000 } as Context;

const recordOf = ({ id, body, receives }: Waiting, queue: string): SQSRecord =>
  sqsRecord(id, body, { queue, attempts: receives });

/** The two queues of validation, each with one consumer that takes the oldest message, as the emulator does. */
function validation() {
  let now = 0;
  let failsToSend = false;
  const queues: Record<'s3' | 'fair', Waiting[]> = { s3: [], fair: [] };
  const validated: { tenant: TenantId; attempts: number }[] = [];
  const handedOver: { tenant: TenantId; body: unknown }[] = [];
  const fairQueue: FairQueue = {
    name: 'fair',
    sendAll: () => Promise.reject(new Error('sends one at a time')),
    async send(tenant, body) {
      if (failsToSend) throw new Problem('dependency_unavailable', 'The queue is away.');
      handedOver.push({ tenant, body });
      queues.fair.push({ id: `fair-${handedOver.length}`, body: JSON.stringify(body), receives: 0 });
    },
  };
  const store = memoryWindows();
  const limiter = leasingLimiter(store, () => now);
  const handler = queueFunction({
    body: S3Notification,
    run: eachUpload(async (tenant, _image, _object, attempts) => {
      validated.push({ tenant, attempts });
      return 'handled';
    }, handOver({ limiter, fairQueue })),
    retry: { redelivery: { after: async () => {} }, giveUp: async () => {} },
  });

  /** Delivers the oldest message of a queue. @returns true if it took a validation */
  async function deliver(name: 's3' | 'fair'): Promise<boolean> {
    const [message] = queues[name];
    if (!message) return false;
    const before = validated.length;
    message.receives += 1;
    const { batchItemFailures } = await handler({ Records: [recordOf(message, name)] }, context);
    queues[name].shift();
    if (batchItemFailures.length > 0) queues[name].push(message);
    return validated.length > before;
  }

  /** Lets the consumer of each queue finish one validation. */
  async function step(): Promise<void> {
    for (const name of ['s3', 'fair'] as const)
      for (let left = queues[name].length; left > 0 && !(await deliver(name)); left--);
    now += VALIDATION_MS;
  }

  /** Counts the validations of a tenant. */
  const of = (tenant: TenantId) => validated.filter((each) => each.tenant === tenant).length;

  return {
    queues,
    validated,
    handedOver,
    of,
    step,
    writes: store.writes,
    failToSend: (fails: boolean) => {
      failsToSend = fails;
    },
    upload(tenant: TenantId, count: number) {
      for (let n = 0; n < count; n++) {
        const key = objectKeys.incoming(tenant, newImageId());
        const s3 = { bucket: { name: 'pictures' }, object: { key, size: 10, sequencer: '00' } };
        queues.s3.push({ id: `${tenant}-${n}`, body: JSON.stringify({ Records: [{ s3 }] }), receives: 0 });
      }
    },
    async untilValidated(tenant: TenantId) {
      while (of(tenant) === 0) await step();
    },
    async untilEmpty() {
      while (queues.s3.length + queues.fair.length > 0) await step();
    },
  };
}

describe('validation of two tenants', () => {
  it.each([1, 10, 100, 1_000, 5_000])(
    'has one upload wait for a fixed number of another’s, however many stand before it: %d',
    async (backlog) => {
      const { upload, untilValidated, of, queues } = validation();
      upload(ALICE, backlog);
      upload(BOB, 1);
      await untilValidated(BOB);
      // The consumer of the fair queue validates as many meanwhile.
      expect(of(ALICE)).toBeLessThanOrEqual(2 * IN_ORDER_OF_ARRIVAL);
      expect(queues.s3).toEqual([]);
    },
  );

  it('validates every upload once, and costs no attempt to wait', async () => {
    const { upload, untilEmpty, of, validated } = validation();
    upload(ALICE, 200);
    upload(BOB, 50);
    await untilEmpty();
    expect([of(ALICE), of(BOB)]).toEqual([200, 50]);
    expect(validated.every(({ attempts }) => attempts === 1)).toBe(true);
  });

  it('hands an upload over in its tenant’s name, as it came', async () => {
    const { upload, untilEmpty, handedOver, queues } = validation();
    upload(ALICE, IN_ORDER_OF_ARRIVAL + 1);
    upload(BOB, IN_ORDER_OF_ARRIVAL + 1);
    const beyond = [IN_ORDER_OF_ARRIVAL, 2 * IN_ORDER_OF_ARRIVAL + 1].map((at) =>
      JSON.parse(queues.s3[at]?.body ?? ''),
    );
    await untilEmpty();
    expect(handedOver).toEqual([
      { tenant: ALICE, body: beyond[0] },
      { tenant: BOB, body: beyond[1] },
    ]);
  });

  it('writes at most once per image, and nothing for those beyond the share', async () => {
    const { upload, untilValidated, writes } = validation();
    upload(ALICE, 1_000);
    upload(BOB, 1);
    await untilValidated(BOB);
    expect(writes()).toBe(IN_ORDER_OF_ARRIVAL + 1);
  });

  it('gives a tenant its share again in the next minute', async () => {
    const { upload, step, untilEmpty, handedOver } = validation();
    upload(ALICE, IN_ORDER_OF_ARRIVAL);
    await untilEmpty();
    for (let waited = 0; waited < 60_000; waited += VALIDATION_MS) await step();
    upload(ALICE, IN_ORDER_OF_ARRIVAL);
    await untilEmpty();
    expect(handedOver).toEqual([]);
  });

  it('loses no upload while the fair queue is away', async () => {
    const { upload, step, failToSend, untilEmpty, of } = validation();
    failToSend(true);
    upload(ALICE, 50);
    for (let n = 0; n < 2 * IN_ORDER_OF_ARRIVAL; n++) await step();
    expect(of(ALICE)).toBe(IN_ORDER_OF_ARRIVAL);
    failToSend(false);
    await untilEmpty();
    expect(of(ALICE)).toBe(50);
  });
});
