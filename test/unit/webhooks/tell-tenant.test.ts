import { expect, it } from 'vitest';
import { EVENTS } from '#shared/contracts/events/registry.ts';
import { newWebhookId } from '#shared/kernel/ids.ts';
import type { Endpoint } from '#shared/webhooks/endpoint.ts';
import { messageOf } from '#shared/webhooks/message-of.ts';
import { tellTenant } from '#shared/webhooks/tell-tenant.ts';
import { memoryAuditLog } from '../../memory/audit-log.ts';
import { memoryPublisher } from '../../memory/publisher.ts';
import { ACME } from './world.ts';

const endpoint: Endpoint = {
  ...{ tenant_id: ACME, webhook_id: newWebhookId(), url: 'https://one.example/', event_types: ['*'] },
  ...{ state: 'enabled', secrets: [{ id: 's', hint: 'abcd' }], version: 1 },
  health: { failures: 9, failing_since: '2026-11-01T00:00:00.000Z' },
  ...{ created_at: '2026-11-01T00:00:00.000Z', updated_at: '2026-11-02T00:00:00.000Z' },
};

it('publishes the news, under the same id if it is repeated, and writes it to the audit log', async () => {
  const publisher = memoryPublisher();
  const audit = memoryAuditLog();
  const tell = tellTenant({ publisher, audit });
  for (const updated_at of ['2026-11-02T00:00:00.000Z', '2026-11-02T00:00:01.000Z'])
    await tell({ ...endpoint, updated_at }, { failing: 24 });
  await tell(endpoint, { disabled: 'failing' });
  const [first, second, third] = publisher.events;
  if (!first || !second || !third) throw new Error('not all was published');
  expect(EVENTS['webhook.failing'].parse(first)).toMatchObject({
    data: { hours: 24 },
    subject: endpoint.webhook_id,
  });
  expect(second.id).toBe(first.id);
  expect(EVENTS['webhook.disabled'].parse(third)).toMatchObject({ data: { reason: 'failing' } });
  const told = [first, second, third].map((event) => messageOf(event as never)?.id);
  expect(new Set(told).size).toBe(2);
  expect(JSON.stringify(publisher.events)).not.toContain('abcd');
  const { items } = await audit.list({
    tenant_id: ACME,
    limit: 10,
    from: '2026-10-01T00:00:00Z',
    to: '2026-12-01T00:00:00Z',
  });
  expect(items.map(({ action }) => action).sort()).toEqual([
    'webhook.disabled',
    'webhook.failing',
    'webhook.failing',
  ]);
});
