import { createHash } from 'node:crypto';
import type { AuditLog } from '#shared/audit/audit-log.ts';
import { newEvent } from '#shared/contracts/events/new-event.ts';
import { auditIdOf } from '#shared/kernel/ids.ts';
import type { EventPublisher } from '#shared/messaging/publisher.ts';
import type { EndpointNews } from './attempt-delivery.ts';
import type { Endpoint } from './endpoint.ts';

interface Ports {
  publisher: EventPublisher;
  audit: Pick<AuditLog, 'append'>;
}

/**
 * Publishes that an endpoint fails or was disabled, which the tenant's other endpoints are told, and writes it to the audit
 * log. Told twice, it is the same event.
 */
export const tellTenant =
  ({ publisher, audit }: Ports) =>
  async (endpoint: Endpoint, news: EndpointNews): Promise<void> => {
    const { tenant_id: tenant, webhook_id, url, health, updated_at: at } = endpoint;
    const since = health.failing_since ?? at;
    const type = 'disabled' in news ? 'webhook.disabled' : 'webhook.failing';
    const what = 'disabled' in news ? 'disabled' : `failing-${news.failing}`;
    const id = `${webhook_id}.${what}.${since}`;
    const common = { tenant, subject: webhook_id, correlationId: id, time: at, id };
    const data = { webhook_id, url, failing_since: since };
    await publisher.publish(tenant, [
      'disabled' in news
        ? newEvent('webhook.disabled', {
            ...common,
            data: { ...data, reason: news.disabled, disabled_at: at },
          })
        : newEvent('webhook.failing', { ...common, data: { ...data, hours: news.failing } }),
    ]);
    await audit.append({
      audit_id: auditIdOf(Date.parse(since), createHash('sha256').update(id).digest()),
      at,
      tenant_id: tenant,
      actor: { kind: 'operator', subject: 'webhooks' },
      action: type,
      target: webhook_id,
      outcome: 'done',
      source_ip: '',
      user_agent: '',
      after: data,
      correlation_id: id,
    });
  };
