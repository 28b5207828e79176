import type { Context } from 'aws-lambda';
import fc from 'fast-check';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { OPERATIONS } from '#shared/contracts/http/operations.ts';
import { dynamoIdempotency } from '#shared/guards/dynamodb-idempotency.ts';
import { tenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { Idempotency } from '#shared/runtime/idempotency.ts';
import { repliesOf } from '../../fixtures/replies.ts';
import { newTable, uniqueName } from '../emulator.ts';

const context = { getRemainingTimeInMillis: () => 60_000 } as Context;
const newCall = () => ({
  tenant: tenantId('acme'),
  operation: 'addImage',
  key: uniqueName('key'),
  payload: 'p',
});
const notRun = () => Promise.reject(new Error('ran again'));

/** Returns the number of bytes that an update writes, binary values as they are. */
const bytesOf = (input: object): number =>
  Buffer.byteLength(
    JSON.stringify(input, (_name, value) => (value instanceof Uint8Array ? 'x'.repeat(value.length) : value)),
  );

describe('replies by Idempotency-Key in DynamoDB', () => {
  let idempotency: Idempotency;
  let table: Awaited<ReturnType<typeof newTable>>;
  beforeAll(async () => {
    table = await newTable('activity');
    idempotency = dynamoIdempotency(table);
  });

  it.each(OPERATIONS.filter(({ idempotent }) => idempotent))(
    'of $id are repeated as their JSON says, whatever they hold',
    async (operation) => {
      await fc.assert(
        fc.asyncProperty(repliesOf(operation), async (made) => {
          const call = { ...newCall(), operation: operation.id };
          const json = JSON.parse(JSON.stringify(made));
          expect(await idempotency(call, context, async () => made)).toEqual(json);
          expect(await idempotency(call, context, notRun)).toEqual(json);
        }),
        { numRuns: 40 },
      );
    },
  );

  it('fit one item if they have a hundred upload forms, with the credentials of a role', async () => {
    const call = newCall();
    const send = vi.spyOn(table.client, 'send');
    const token = 'IQoJb3JpZ2luX2VjE'.repeat(100); // session tokens have 1 to 2 KB
    const form = (n: number) => ({
      image_id: n,
      fields: { token, policy: btoa(`{"n":${n},"t":"${token}"}`) },
    });
    const reply = { uploads: Array.from({ length: 100 }, (_, n) => form(n)) };
    expect(JSON.stringify(reply).length).toBeGreaterThan(400_000);
    await idempotency(call, context, async () => reply);
    const commands = send.mock.calls.map(([command]) => command.input);
    const stored = commands.flatMap((input) => ('UpdateExpression' in input ? bytesOf(input) : []));
    expect(stored).toHaveLength(1);
    expect(stored[0]).toBeLessThan(400_000); // DynamoDB's maximum, which the emulator does not enforce
    expect(await idempotency(call, context, notRun)).toEqual(reply);
  });

  it('belong to a tenant, an operation, a key and an input', async () => {
    const call = newCall();
    await idempotency(call, context, async () => 1);
    expect(await idempotency({ ...call, tenant: tenantId('other') }, context, async () => 2)).toBe(2);
    expect(await idempotency({ ...call, operation: 'requestUploads' }, context, async () => 3)).toBe(3);
    expect(await idempotency({ ...call, key: `${call.key}x` }, context, async () => 4)).toBe(4);
    await expect(idempotency({ ...call, payload: 'q' }, context, notRun)).rejects.toMatchObject({
      code: 'idempotency_key_reused',
    });
  });

  it('are not awaited while the first call runs', async () => {
    const call = newCall();
    const { promise, resolve } = Promise.withResolvers<number>();
    const first = idempotency(call, context, () => promise);
    await vi.waitFor(() =>
      expect(idempotency(call, context, notRun)).rejects.toMatchObject({ code: 'request_in_progress' }),
    );
    resolve(1);
    expect(await first).toBe(1);
  });

  it.each([
    ['a problem', new Problem('conflict', 'no')],
    ['a fault', new TypeError('x is undefined')],
  ])('are not stored of a call that failed by %s: its key is released', async (_what, error) => {
    const call = newCall();
    await expect(idempotency(call, context, () => Promise.reject(error))).rejects.toThrow(error.message);
    expect(await idempotency(call, context, async () => 'now')).toBe('now');
  });

  it('are written by one client for all calls', async () => {
    const send = vi.spyOn(table.client, 'send');
    await idempotency(newCall(), context, async () => 1);
    await idempotency(newCall(), context, async () => 2);
    expect(send).toHaveBeenCalledTimes(4); // each call is announced and stored
  });
});
