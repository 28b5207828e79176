import type { TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { CONFLICT, retryOnConflict } from '#shared/kernel/retry-on-conflict.ts';
import type { DisabledReason } from '#shared/kernel/vocabulary.ts';
import type { SecretStore } from '#shared/secrets/secret-store.ts';
import type { WebClient, WebPurpose } from '#shared/web/web-client.ts';
import { type AttemptQueue, LONGEST_DELAY } from './attempt-queue.ts';
import { classifyFailure, classifyReply, type Verdict } from './classify-reply.ts';
import {
  type Attempt,
  type Delivery,
  type DeliveryReference,
  KEPT_ATTEMPTS,
  type WebhookMessage,
} from './delivery.ts';
import { type DeliveryStore, PLACES } from './delivery-store.ts';
import { activeSecrets, type Endpoint } from './endpoint.ts';
import { healthAfter, MANY_FAILURES } from './endpoint-health.ts';
import type { EndpointStore } from './endpoint-store.ts';
import { MOST_ATTEMPTS, secondsBefore, shareOf } from './schedule.ts';
import { signedHeaders } from './sign-message.ts';

/** Receivers get 15 seconds, and are called by https; no redirect is followed. */
export const WEBHOOK: WebPurpose = {
  schemes: ['https:'],
  ports: [443, 8443],
  redirects: 0,
  connectSeconds: 5,
  seconds: 15,
  bytes: 65_536,
  longer: 'cut',
};
/** Seconds after which an attempt whose sender ended is over. */
const LEASE = 60;
/** Seconds until a place may be free: the longer a message waits, the later it asks again. */
const CROWDED = { least: 5, most: 60 };
/** Seconds over which deliveries come back after a pause. */
const SPREAD = 60;

/** That an endpoint has failed for so many hours, or why it was disabled. */
export type EndpointNews = { failing: number } | { disabled: DisabledReason };

export interface AttemptPorts {
  endpoints: Pick<EndpointStore, 'get' | 'save'>;
  deliveries: Pick<DeliveryStore, 'get' | 'save' | 'takePlace' | 'leavePlace'>;
  queue: AttemptQueue;
  secrets: Pick<SecretStore, 'get'>;
  web: Pick<WebClient, 'fetch'>;
  /** Tells the tenant, by its other endpoints and the audit log, that an endpoint fails or was disabled. */
  tell: (endpoint: Endpoint, news: EndpointNews) => Promise<void>;
  /** Attempts at the same time to all endpoints of a tenant: a part of those that can be made at all. */
  placesOfTenant: number;
  /** Counts an attempt. `firstAfterMs`: since the message was created, at its first attempt alone. */
  count?: (tenant: TenantId, outcome: Attempt['outcome'], firstAfterMs?: number) => void;
  now?: () => Date;
}

type Outcome = 'ignored' | 'skipped' | 'postponed' | 'delivered' | 'failed' | 'pending';

/**
 * Makes the next attempt of a delivery, if it is due. An attempt is counted before it is sent, so that no interruption adds
 * one: after one whose sender ended, the next is made at its time.
 */
export const attemptDelivery =
  (ports: AttemptPorts) =>
  async ({ tenant_id: tenant, webhook_id, delivery_id }: DeliveryReference): Promise<Outcome> => {
    const { endpoints, deliveries, now = () => new Date() } = ports;
    const read = await deliveries.get(tenant, webhook_id, delivery_id);
    if (read?.state !== 'pending' || dueAt(read) > now().getTime()) return 'ignored';
    const endpoint = await endpoints.get(tenant, webhook_id);
    if (endpoint?.state !== 'enabled') return finish(ports, read, 'skipped');
    if (read.made >= MOST_ATTEMPTS) return finish(ports, read, 'failed');
    if (!(await mayCall(ports, endpoint, now())))
      return postpone(ports, read, pauseOf(endpoint, read, now()));

    const leave = await takePlaces(ports, read, now());
    if (!leave) return postpone(ports, read, crowdedSeconds(read, now()));
    try {
      return await attempt(ports, endpoint, read);
    } finally {
      await leave();
    }
  };

/**
 * Takes a place of the endpoint and one of its tenant, so that neither one receiver that hangs nor many of a tenant keep
 * all workers. @returns what gives them back; undefined if one is not to be had
 */
async function takePlaces(
  { deliveries, placesOfTenant }: AttemptPorts,
  { tenant_id: tenant, webhook_id }: Delivery,
  now: Date,
): Promise<(() => Promise<void>) | undefined> {
  const own = { holder: webhook_id, most: PLACES };
  const place = await deliveries.takePlace(tenant, own, now, LEASE);
  if (place === undefined) return undefined;
  const leaveOwn = () => deliveries.leavePlace(tenant, own, place);
  const shared = { holder: 'all' as const, most: placesOfTenant };
  const other = await deliveries.takePlace(tenant, shared, now, LEASE);
  if (other !== undefined)
    return async () => {
      await Promise.all([leaveOwn(), deliveries.leavePlace(tenant, shared, other)]);
    };
  await leaveOwn();
  return undefined;
}

function crowdedSeconds({ delivery_id, created_at, version }: Delivery, now: Date): number {
  const { least, most } = CROWDED;
  const age = (now.getTime() - Date.parse(created_at)) / 1000;
  return least + shareOf(delivery_id, version) * Math.min(Math.max(age, least), most - least);
}

const dueAt = ({ next_attempt_at }: Delivery): number => Date.parse(next_attempt_at ?? '') || 0;
const after = (now: Date, seconds: number): string => new Date(now.getTime() + seconds * 1000).toISOString();

/** Returns false while the endpoint is paused. After many failures, one attempt at a time may find out if it is back. */
async function mayCall({ endpoints }: AttemptPorts, endpoint: Endpoint, now: Date): Promise<boolean> {
  const { failures, paused_until } = endpoint.health;
  if (paused_until !== undefined && Date.parse(paused_until) > now.getTime()) return false;
  if (failures < MANY_FAILURES) return true;
  const probing = { ...endpoint.health, paused_until: after(now, LEASE) };
  return (await endpoints.save({ ...endpoint, health: probing })) !== undefined;
}

/** Returns the seconds of an endpoint's pause, and for each delivery some more: they do not come back together. */
function pauseOf({ health }: Endpoint, { delivery_id, version }: Delivery, now: Date): number {
  const left = health.paused_until === undefined ? 0 : Date.parse(health.paused_until) - now.getTime();
  return Math.max(left / 1000, 0) + 1 + SPREAD * shareOf(delivery_id, version);
}

/** Leaves a delivery for later; it costs no attempt. */
async function postpone(ports: AttemptPorts, delivery: Delivery, seconds: number): Promise<Outcome> {
  const now = (ports.now ?? (() => new Date()))();
  const saved = await ports.deliveries.save({
    ...delivery,
    next_attempt_at: after(now, seconds),
    updated_at: now.toISOString(),
  });
  if (!saved) return 'ignored';
  if (seconds <= LONGEST_DELAY) await ports.queue.send(saved, seconds);
  return 'postponed';
}

async function finish(
  { deliveries, now = () => new Date() }: AttemptPorts,
  { next_attempt_at: _, ...delivery }: Delivery,
  state: 'skipped' | 'failed',
): Promise<Outcome> {
  const saved = await deliveries.save({ ...delivery, state, updated_at: now().toISOString() });
  return saved ? state : 'ignored';
}

async function attempt(ports: AttemptPorts, endpoint: Endpoint, read: Delivery): Promise<Outcome> {
  const { deliveries, now = () => new Date(), count } = ports;
  const begun = now();
  const headers = signedHeaders(read.message, await secretsOf(ports, endpoint, begun), begun, read.replayed);
  const claimed = await deliveries.save({
    ...read,
    made: read.made + 1,
    attempts: [...read.attempts, { at: begun.toISOString(), outcome: 'unknown' as const, headers }].slice(
      -KEPT_ATTEMPTS,
    ),
    next_attempt_at: after(begun, LEASE),
    updated_at: begun.toISOString(),
  });
  if (!claimed) return 'ignored'; // another delivery of the message has it
  const verdict = await callReceiver(ports, endpoint, claimed.message, headers);
  const ended = now();
  const made = { ...verdict.attempt, ms: ended.getTime() - begun.getTime() };
  const outcome = await record(ports, claimed, verdict, made, ended);
  const isFirst = read.made === 0 && !read.replayed;
  const firstAfterMs = isFirst ? ended.getTime() - Date.parse(read.created_at) : undefined;
  count?.(read.tenant_id, verdict.attempt.outcome, firstAfterMs);
  await recordHealth(ports, endpoint, verdict, ended);
  return outcome;
}

/** Reads the secrets that sign now. Their values never change, so a cache holds for ever. */
export async function secretsOf(
  { secrets }: Pick<AttemptPorts, 'secrets'>,
  endpoint: Endpoint,
  now: Date,
): Promise<string[]> {
  const { tenant_id, webhook_id } = endpoint;
  const read = await Promise.all(
    activeSecrets(endpoint, now).map(({ id }) => secrets.get(tenant_id, secretPath(webhook_id, id))),
  );
  const found = read.filter((secret) => secret !== undefined);
  if (found.length === 0)
    throw new Problem('dependency_unavailable', `The secrets of ${webhook_id} cannot be read.`);
  return found;
}

/** The place of a secret in the store. */
export const secretPath = (webhook: string, secret: string): `webhook/${string}` =>
  `webhook/${webhook}/${secret}`;

/** Sends a message, and judges what came back. */
export async function callReceiver(
  { web, now = () => new Date() }: Pick<AttemptPorts, 'web' | 'now'>,
  { url }: Pick<Endpoint, 'url'>,
  message: WebhookMessage,
  headers: Record<string, string>,
): Promise<Verdict> {
  try {
    return classifyReply(
      await web.fetch(url, WEBHOOK, { method: 'POST', headers, body: message.body }),
      now(),
    );
  } catch (error) {
    return classifyFailure(error);
  }
}

/** Writes how an attempt ended, and has the next one made at its time. */
async function record(
  { deliveries, queue }: AttemptPorts,
  claimed: Delivery,
  verdict: Verdict,
  made: Partial<Attempt>,
  now: Date,
): Promise<Outcome> {
  const attempts = claimed.attempts.map((each, i, all) =>
    i === all.length - 1 ? { ...each, ...made } : each,
  );
  const { next_attempt_at: _, ...rest } = { ...claimed, attempts, updated_at: now.toISOString() };
  if (verdict.attempt.outcome === 'delivered') {
    await deliveries.save({ ...rest, state: 'delivered' });
    return 'delivered';
  }
  const usual = secondsBefore(claimed.delivery_id, claimed.made);
  if (usual === undefined || claimed.made >= (verdict.most ?? MOST_ATTEMPTS)) {
    await deliveries.save({ ...rest, state: 'failed' });
    return 'failed';
  }
  const seconds = Math.max(usual, verdict.retryAfter ?? 0);
  const saved = await deliveries.save({ ...rest, next_attempt_at: after(now, seconds) });
  if (saved && seconds <= LONGEST_DELAY) await queue.send(saved, seconds);
  return 'pending';
}

const ATTEMPTS_AT_HEALTH = 8;
const exhausted = () =>
  new Problem('dependency_unavailable', 'The endpoint is changed by others. Try again.');

/** Writes what an attempt says about the endpoint, and tells the tenant of what it must know. */
async function recordHealth(
  { endpoints, tell }: AttemptPorts,
  { tenant_id, webhook_id, url }: Pick<Endpoint, 'webhook_id' | 'url'> & { tenant_id: TenantId },
  verdict: Verdict,
  now: Date,
): Promise<void> {
  await retryOnConflict({ attempts: ATTEMPTS_AT_HEALTH, exhausted }, async () => {
    const endpoint = await endpoints.get(tenant_id, webhook_id);
    // What was found at another address says nothing about this one.
    if (endpoint?.state !== 'enabled' || endpoint.url !== url) return undefined;
    const change = healthAfter(endpoint.health, verdict, now);
    if (!change) return undefined;
    const { health, warn, disable } = change;
    const at = now.toISOString();
    const changed: Endpoint = {
      ...endpoint,
      health,
      ...(disable && { state: 'disabled' as const, disabled_reason: disable, disabled_at: at }),
      updated_at: at,
    };
    // First, so that no interruption keeps it from the tenant; told twice it is one event.
    if (disable) await tell(changed, { disabled: disable });
    else if (warn !== undefined) await tell(changed, { failing: warn });
    return (await endpoints.save(changed)) ? undefined : CONFLICT;
  });
}
