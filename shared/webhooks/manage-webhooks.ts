import { randomBytes } from 'node:crypto';
import { newWebhookId, type TenantId, type WebhookId } from '#shared/kernel/ids.ts';
import { PLANS, type PlanName } from '#shared/kernel/plans.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { CONFLICT, retryOnConflict } from '#shared/kernel/retry-on-conflict.ts';
import type { WebhookState } from '#shared/kernel/vocabulary.ts';
import type { SecretStore } from '#shared/secrets/secret-store.ts';
import type { WebClient } from '#shared/web/web-client.ts';
import { secretPath, WEBHOOK } from './attempt-delivery.ts';
import { activeSecrets, type Endpoint, type SecretReference } from './endpoint.ts';
import { HEALTHY } from './endpoint-health.ts';
import type { EndpointStore } from './endpoint-store.ts';

interface Ports {
  endpoints: EndpointStore;
  secrets: Pick<SecretStore, 'put' | 'remove'>;
  web: Pick<WebClient, 'check'>;
  now?: () => Date;
}

interface NewWebhook {
  url: string;
  event_types: Endpoint['event_types'];
  description?: string | undefined;
  /** Identifies repetitions of the call. */
  repeatKey?: string | undefined;
}
interface WebhookChange {
  url?: string | undefined;
  event_types?: Endpoint['event_types'] | undefined;
  description?: string | undefined;
  state?: WebhookState | undefined;
}

/** A webhook, and the secret that this call made: it is shown now or never. */
export interface WithNewSecret {
  endpoint: Endpoint;
  secret?: string;
}

/** Races with attempts, of which four write at the same time. */
const ATTEMPTS = 10;
/** Secrets that sign at the same time. */
const MOST_SECRETS = 3;
const SECRET_BYTES = 32;

export const webhookNotFound = (webhook: WebhookId) =>
  new Problem('not_found', `There is no webhook ${webhook}.`);
const changedMeanwhile = (webhook: WebhookId) =>
  new Problem('conflict', `The webhook ${webhook} was changed at the same time. Send the call again.`);

/** Returns an endpoint after a change: at another address, or enabled again, its failures are forgotten. */
function changedEndpoint(before: Endpoint, change: WebhookChange, now: Date): Endpoint {
  const { url, event_types, description, state = before.state } = change;
  const { disabled_reason, disabled_at, ...rest } = before;
  const isNew = url !== undefined || (state === 'enabled' && before.state === 'disabled');
  return {
    ...rest,
    ...(url !== undefined && { url }),
    ...(event_types && { event_types: [...new Set(event_types)] }),
    ...(description !== undefined && { description }),
    state,
    ...(state === 'disabled' && {
      disabled_reason: disabled_reason ?? 'by_request',
      disabled_at: disabled_at ?? now.toISOString(),
    }),
    health: isNew ? HEALTHY : before.health,
  };
}

/** Makes, changes and removes the webhooks of a tenant. */
export function manageWebhooks({ endpoints, secrets, web, now = () => new Date() }: Ports) {
  async function find(tenant: TenantId, webhook: WebhookId): Promise<Endpoint> {
    const endpoint = await endpoints.get(tenant, webhook);
    if (!endpoint) throw webhookNotFound(webhook);
    return endpoint;
  }

  /** Changes an endpoint, also while attempts write how it is. @throws Problem `not_found` */
  const update = (tenant: TenantId, webhook: WebhookId, change: (before: Endpoint) => Endpoint) =>
    retryOnConflict({ attempts: ATTEMPTS, exhausted: () => changedMeanwhile(webhook) }, async () => {
      const before = await find(tenant, webhook);
      const after = await endpoints.save({ ...change(before), updated_at: now().toISOString() });
      return after ? { before, after } : CONFLICT;
    });

  /** Stores a new secret: before its endpoint names it, so that none is named that does not exist. */
  async function newSecret(tenant: TenantId, webhook: WebhookId) {
    const secret = `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
    const reference: SecretReference = { id: randomBytes(8).toString('hex'), hint: secret.slice(-4) };
    await secrets.put(tenant, secretPath(webhook, reference.id), secret);
    return { secret, reference };
  }
  const forget = (tenant: TenantId, webhook: WebhookId, some: readonly SecretReference[]) =>
    Promise.all(some.map(({ id }) => secrets.remove(tenant, secretPath(webhook, id))));

  return {
    find,
    async create(tenant: TenantId, plan: PlanName, body: NewWebhook): Promise<WithNewSecret> {
      const { url, event_types, description, repeatKey } = body;
      if (repeatKey !== undefined) {
        const made = (await endpoints.list(tenant)).find(({ repeat_key }) => repeat_key === repeatKey);
        if (made) return { endpoint: made };
      }
      await web.check(url, WEBHOOK);
      const webhook = newWebhookId();
      const { secret, reference } = await newSecret(tenant, webhook);
      const at = now().toISOString();
      const endpoint: Endpoint = {
        tenant_id: tenant,
        webhook_id: webhook,
        url,
        event_types: [...new Set(event_types)],
        ...(description !== undefined && { description }),
        state: 'enabled',
        secrets: [reference],
        health: HEALTHY,
        version: 1,
        created_at: at,
        updated_at: at,
        ...(repeatKey !== undefined && { repeat_key: repeatKey }),
      };
      const most = PLANS[plan].webhooks;
      if ((await endpoints.create(endpoint, most)) === 'created') return { endpoint, secret };
      await forget(tenant, webhook, [reference]);
      throw new Problem('conflict', `The plan ${plan} has ${most} webhooks. Delete one, or change the plan.`);
    },

    async change(tenant: TenantId, webhook: WebhookId, change: WebhookChange) {
      await find(tenant, webhook);
      if (change.url !== undefined) await web.check(change.url, WEBHOOK);
      return update(tenant, webhook, (before) => changedEndpoint(before, change, now()));
    },

    async remove(tenant: TenantId, webhook: WebhookId): Promise<Endpoint> {
      const endpoint = await find(tenant, webhook);
      if (!(await endpoints.remove(tenant, webhook))) throw webhookNotFound(webhook);
      await forget(tenant, webhook, endpoint.secrets);
      return endpoint;
    },

    /** Makes a new secret; the ones before sign for `overlapHours` more, at most. */
    async rotate(tenant: TenantId, webhook: WebhookId, overlapHours: number): Promise<WithNewSecret> {
      const active = activeSecrets(await find(tenant, webhook), now());
      if (overlapHours > 0 && active.length >= MOST_SECRETS)
        throw new Problem(
          'conflict',
          `${active.length} secrets sign now. Wait until one expires, or rotate with overlap_hours 0.`,
        );
      const { secret, reference } = await newSecret(tenant, webhook);
      const until = new Date(now().getTime() + overlapHours * 3_600_000).toISOString();
      const keep = (each: SecretReference): SecretReference => ({
        ...each,
        expires_at: each.expires_at !== undefined && each.expires_at < until ? each.expires_at : until,
      });
      const { before, after } = await update(tenant, webhook, (read) => ({
        ...read,
        secrets: [...(overlapHours > 0 ? activeSecrets(read, now()).map(keep) : []), reference],
      })).catch(async (error: unknown) => {
        await forget(tenant, webhook, [reference]);
        throw error;
      });
      const kept = new Set(after.secrets.map(({ id }) => id));
      const gone = before.secrets.filter(({ id }) => !kept.has(id));
      await forget(tenant, webhook, gone);
      return { endpoint: after, secret };
    },
  };
}
