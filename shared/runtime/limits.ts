import type middy from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type * as z from 'zod';
import type { Operation } from '#shared/contracts/http/operation.ts';
import { type Caller, type PresumedCaller, personOf } from '#shared/kernel/caller.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import { type DimensionsOf, METRICS } from '#shared/kernel/metrics.ts';
import { limitsOf } from '#shared/kernel/plans.ts';
import { Problem } from '#shared/kernel/problems.ts';
import {
  type Demand,
  type Grant,
  type Limiter,
  PERSONAL_SEARCHES,
  WINDOW_SECONDS,
} from '#shared/rate-limit/limiter.ts';
import type { RefusalLimiter } from '#shared/rate-limit/refusal-limiter.ts';
import { emit } from './emit.ts';
import { logger } from './telemetry.ts';

/** How many of a call's images the limits admit, and the problem of the others. */
export interface UploadGrant {
  granted: number;
  refusal: Problem;
}

/** Returns what a call counts: one of `requests` only, if its input is not valid. */
function demandsOf({ operation, caller, input }: LimitedCall): Demand[] {
  const { method, path } = operation;
  const counts = input instanceof Problem ? undefined : operation.counts;
  const limits = limitsOf(caller.plan ?? 'free', caller.limits);
  const endpoint = `${method} ${path}`;
  const endpointLimit = limits.endpoints[endpoint];
  const uploads = input instanceof Problem ? 0 : (counts?.uploads?.asked(input.body) ?? 0);
  return [
    { counter: 'requests', amount: 1, limit: limits.requests },
    ...(endpointLimit === undefined ? [] : [{ counter: endpoint, amount: 1, limit: endpointLimit }]),
    ...(counts?.searches ? [{ counter: 'searches', amount: 1, limit: limits.searches }] : []),
    ...(uploads > 0 ? [{ counter: 'uploads', amount: uploads, limit: limits.uploads }] : []),
  ];
}

/** Returns what a call counts against the limits of the person that it is made for. */
function personalDemandsOf({ operation, caller, input }: LimitedCall): Demand[] {
  if (input instanceof Problem || !operation.counts?.searches) return [];
  const limit = limitsOf(caller.plan ?? 'free', caller.limits).searches_per_person;
  return [{ counter: PERSONAL_SEARCHES, amount: 1, limit }];
}

interface LimitedCall {
  operation: Operation;
  tenant: TenantId;
  caller: Caller;
  input: { body: unknown } | Problem;
  event: APIGatewayProxyEvent;
}

/** A call that the limits admit. */
export interface Admission {
  /** The grant for the call's images; absent if it adds none, or could not be counted. */
  uploads?: UploadGrant;
  /** Gives back the searches and uploads that the call did not use. */
  keep: (used: Used) => void;
}

/** The searches and uploads that a call counts, besides one of `requests`. */
export interface Used {
  searches: number;
  uploads: number;
}
export const UNUSED: Used = { searches: 0, uploads: 0 };

/** Returns the searches and uploads that an answered call counts. */
export const usedBy = <Op extends Operation>(
  { counts }: Op,
  reply: z.input<Op['reply']['schema']>,
): Used => ({
  searches: counts?.searches ?? 0,
  uploads: counts?.uploads?.accepted(reply) ?? 0,
});

/**
 * Counts a call against its tenant's limits, and a search against the limit of the person that it is made for. If the
 * counters are unavailable, calls that add images are refused and all others are served.
 * @throws Problem `rate_limited` if a limit is used up; `dependency_unavailable`
 */
export async function enforceLimits(limiter: Limiter, call: LimitedCall): Promise<Admission> {
  const grants = await takeAll(limiter, call);
  const uploads = grants.find(({ counter }) => counter === 'uploads');
  const keep = (used: Used) => {
    const amounts = new Map<string, number>(Object.entries({ ...used, [PERSONAL_SEARCHES]: used.searches }));
    const unused = grants.map((grant) => ({
      grant,
      amount: grant.granted - Math.min(grant.granted, amounts.get(grant.counter) ?? grant.granted),
    }));
    limiter.giveBack(unused.filter(({ amount }) => amount > 0));
    const left = unused.map(({ grant, amount }) => ({ ...grant, remaining: grant.remaining + amount }));
    if (left.length > 0) replyHeaders.set(call.event, headersOf(left));
  };
  return { keep, ...(uploads && { uploads: { granted: uploads.granted, refusal: refusalOf(uploads) } }) };
}

/**
 * Counts a call that authorisation refuses: as one of the tenant's `requests`; by its source address on the operator's
 * routes, and where no tenant is known. If the counters are unavailable, it is refused uncounted.
 * @throws Problem `rate_limited`, before anything is written about the refusal
 */
export async function countRefused(
  { limiter, refusals }: { limiter?: Limiter; refusals: RefusalLimiter },
  { tenant, plan = 'free', limits }: PresumedCaller,
  event: APIGatewayProxyEvent,
): Promise<void> {
  if (!tenant || !limiter) return refusals(event.requestContext.identity?.sourceIp ?? 'unknown');
  const { requests } = limitsOf(plan, limits);
  await take(limiter, { tenant, event }, [{ counter: 'requests', amount: 1, limit: requests }]);
}

/** Takes from the person's counters before the tenant's: a call that one limit refuses takes from no counter. */
async function takeAll(limiter: Limiter, call: LimitedCall): Promise<Grant[]> {
  const person = personOf(call.caller);
  const own = person === undefined ? [] : personalDemandsOf(call);
  const personal = own.length > 0 ? await take(limiter, call, own, person) : [];
  try {
    return [...(await take(limiter, call, demandsOf(call))), ...personal];
  } catch (error) {
    limiter.giveBack(personal.map((grant) => ({ grant, amount: grant.granted })));
    throw error;
  }
}

/**
 * Takes from the counters, and notes the headers of the reply.
 * @returns no grants if the counters are unavailable and the call adds no images
 * @throws Problem `rate_limited` if a limit is used up; `dependency_unavailable`
 */
async function take(
  limiter: Limiter,
  { tenant, event }: Pick<LimitedCall, 'tenant' | 'event'>,
  demands: readonly Demand[],
  person?: string,
): Promise<readonly Grant[]> {
  const grants = await limiter.take(tenant, demands, person).catch((error: unknown) => {
    if (!(error instanceof Problem) || demands.some(({ counter }) => counter === 'uploads')) throw error;
    logger.error('limits not checked', { error });
    countDecision(demands[0]?.counter, 'unchecked');
    return [];
  });
  if (grants.length > 0) replyHeaders.set(event, headersOf(grants));
  const refused = grants.find(({ granted }) => granted === 0);
  if (refused) countDecision(refused.counter, 'refused');
  if (refused) throw refusalOf(refused);
  const cut = grants.find(({ granted }, position) => granted < (demands[position]?.amount ?? 0));
  if (grants.length > 0) countDecision((cut ?? demands[0])?.counter, cut ? 'partly' : 'granted');
  return grants;
}

type Decision = DimensionsOf<'limiter_decisions_total'>;
const COUNTERS = METRICS.limiter_decisions_total.dimensions.counter;

/** Counts a decision once, by the counter that made it: the first one of a call that was granted. */
function countDecision(counter: string | undefined, outcome: Decision['outcome']): void {
  const known = COUNTERS.find((each) => each === counter) ?? 'endpoint';
  emit('limiter_decisions_total', 1, { counter: known, outcome });
}

const refusalOf = ({ counter, limit, resetsIn }: Grant): Problem =>
  new Problem(
    'rate_limited',
    `The limit of ${limit} ${calledFor(counter)} in ${WINDOW_SECONDS} seconds is used up. Retry in ${resetsIn} s, or ask the operator for a higher limit.`,
    { retryAfter: resetsIn },
  );

function calledFor(counter: string): string {
  if (counter === PERSONAL_SEARCHES) return 'searches of one person';
  return counter.includes(' ') ? `calls of ${counter}` : counter;
}

/** Per IETF draft-ietf-httpapi-ratelimit-headers-09: each counter's policy, and what is left of it. */
const headersOf = (grants: readonly Grant[]): Record<string, string> => ({
  'RateLimit-Policy': grants
    .map(({ counter, limit }) => `"${counter}";q=${limit};w=${WINDOW_SECONDS}`)
    .join(', '),
  RateLimit: grants
    .map(({ counter, remaining, resetsIn }) => `"${counter}";r=${remaining};t=${resetsIn}`)
    .join(', '),
});

const replyHeaders = new WeakMap<APIGatewayProxyEvent, Record<string, string>>();

/** Puts the limits and what is left of them on every reply, refusals included. */
export const limitHeaders = (): middy.MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult> => {
  const addHeaders = ({ event, response }: middy.Request<APIGatewayProxyEvent, APIGatewayProxyResult>) => {
    if (response) response.headers = { ...response.headers, ...replyHeaders.get(event) };
  };
  return { after: addHeaders, onError: addHeaders };
};
