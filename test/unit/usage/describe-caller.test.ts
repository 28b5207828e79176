import { expect, it } from 'vitest';
import { getMe } from '#shared/contracts/http/me.ts';
import { OPERATIONS } from '#shared/contracts/http/operations.ts';
import { SCOPES } from '#shared/kernel/access.ts';
import { type Caller, personOf } from '#shared/kernel/caller.ts';
import { tenantId } from '#shared/kernel/ids.ts';
import { leasingLimiter } from '#shared/rate-limit/leasing-limiter.ts';
import { callerOf, toCallerContext } from '#shared/runtime/caller.ts';
import { describeCaller } from '#shared/usage/describe-caller.ts';
import { announcedImage } from '../../fixtures/image-record.ts';
import { memoryImageStore } from '../../memory/image-store.ts';
import { memoryWindows } from '../../memory/window-store.ts';

const acme = tenantId('acme');
const now = () => new Date('2026-11-01T10:00:00.000Z');

async function describeIn(caller: Partial<Caller>) {
  const images = memoryImageStore();
  const record = announcedImage({ tenant_id: acme, file_size: 10 });
  await images.announce(acme, [record], { images: 9, bytes: 99 });
  const limiter = leasingLimiter(memoryWindows(), () => now().getTime());
  await limiter.take(acme, [{ counter: 'searches', amount: 2, limit: 50 }]);
  const describe = describeCaller({ limiter, images, operations: OPERATIONS, now });
  const reply = await describe(acme, { kind: 'key', scopes: [], subject: 'key_1', plan: 'free', ...caller });
  return getMe.reply.schema.parse(reply);
}

it('describes a key with its scopes, what they allow, and what is left of its tenant’s limits', async () => {
  const me = await describeIn({ scopes: ['deeplens.search'], limits: { uploads: 7, stored_images: 3 } });
  const rate = { resets_at: '2026-11-01T10:01:00.000Z' };
  expect(me).toMatchObject({
    tenant_id: 'acme',
    plan: 'free',
    subject: { kind: 'key', id: 'key_1' },
    scopes: ['deeplens.search'],
    limits: {
      requests: { limit: 100, remaining: 100, ...rate },
      searches: { limit: 50, remaining: 48, ...rate },
      uploads: { limit: 7, remaining: 7, ...rate },
      stored_images: { limit: 3, remaining: 2 },
      storage_bytes: { limit: 1e9, remaining: 1e9 - 10 },
    },
  });
  expect(me.limits).not.toHaveProperty('searches_per_person');
  expect(me.features).toEqual(expect.arrayContaining(['getMe', 'searchSimilarity', 'liveness']));
  for (const id of ['addImage', 'createKey', 'createTenant']) expect(me.features).not.toContain(id);
});

it('describes a person, with the key that came along', async () => {
  const person = {
    ...({ kind: 'person', subject: 'p-1', role: 'Admin', scopes: SCOPES, tenant: acme } as const),
    ...{ name: 'Ada', email: 'ada@example.org', key: 'key_2', plan: 'pro' as const },
  };
  const event = { requestContext: { authorizer: toCallerContext(person) } } as never; // all that callerOf reads
  const me = await describeIn(callerOf(event));
  const subject = { id: 'p-1', name: 'Ada', email: 'ada@example.org', role: 'Admin' };
  expect(me.subject).toEqual({ kind: 'key_and_person', ...subject });
  expect(me.features).toContain('createKey');
  expect(me.limits.searches_per_person).toMatchObject({ limit: 100, remaining: 100 });
  expect((await describeIn({ kind: 'person', subject: 'p-1' })).subject).toEqual({
    kind: 'person',
    id: 'p-1',
  });
});

it('shows a person what is left of its own searches', async () => {
  const limiter = leasingLimiter(memoryWindows(), () => now().getTime());
  const [ada, bob] = ['ada', 'bob'].map((subject) => ({ kind: 'person' as const, issuer: 'i', subject }));
  const own = { counter: 'searches_per_person', amount: 3, limit: 7 };
  if (ada) await limiter.take(acme, [own], personOf(ada));
  const describe = describeCaller({ limiter, images: memoryImageStore(), operations: OPERATIONS, now });
  const leftOf = async (caller: typeof ada) => {
    const limits = { searches_per_person: 7 };
    if (!caller) throw new Error('no caller');
    return (await describe(acme, { ...caller, scopes: [], limits })).limits.searches_per_person;
  };
  expect(await leftOf(ada)).toEqual({ limit: 7, remaining: 4, resets_at: '2026-11-01T10:01:00.000Z' });
  expect(await leftOf(bob)).toMatchObject({ limit: 7, remaining: 7 });
});

it('describes a publishable key, which has no scopes', async () => {
  expect((await describeIn({})).features).not.toContain('searchSimilarity');
});
