import type middy from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { Operation } from '#shared/contracts/http/operation.ts';
import type { Caller } from '#shared/kernel/caller.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import { limitsOf } from '#shared/kernel/plans.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { type Demand, type Grant, type Limiter, WINDOW_SECONDS } from '#shared/rate-limit/limiter.ts';
import { countForAlarm, logger } from './telemetry.ts';

/** How many of a call's pictures may come in, and what to say of the others. */
export interface UploadGrant {
  granted: number;
  refusal: Problem;
}

/** What a call of the operation takes; a body that could not be parsed brings no picture. */
function demandsOf({ method, path, counts }: Operation, caller: Caller, body: unknown): Demand[] {
  const limits = limitsOf(caller.plan ?? 'free', caller.limits);
  const endpoint = `${method} ${path}`;
  const ofEndpoint = limits.endpoints[endpoint];
  const uploads = body === undefined ? 0 : (counts?.uploads?.(body) ?? 0);
  return [
    { counter: 'requests', amount: 1, limit: limits.requests },
    ...(ofEndpoint === undefined ? [] : [{ counter: endpoint, amount: 1, limit: ofEndpoint }]),
    ...(counts?.searches ? [{ counter: 'searches', amount: 1, limit: limits.searches }] : []),
    ...(uploads > 0 ? [{ counter: 'uploads', amount: uploads, limit: limits.uploads }] : []),
  ];
}

/**
 * Takes what a call takes of its tenant's counters. Where nobody can count, pictures are refused and all else goes on.
 * @returns undefined where it could not be counted
 * @throws Problem `rate_limited` where a counter has nothing left, `dependency_unavailable`
 */
export async function takeLimits(
  limiter: Limiter,
  call: {
    operation: Operation;
    tenant: TenantId;
    caller: Caller;
    body: unknown;
    event: APIGatewayProxyEvent;
  },
): Promise<UploadGrant | undefined> {
  const demands = demandsOf(call.operation, call.caller, call.body);
  const grants = await limiter.take(call.tenant, demands).catch((error: unknown) => {
    if (!(error instanceof Problem) || demands.some(({ counter }) => counter === 'uploads')) throw error;
    logger.error('limits not checked', { error });
    countForAlarm('limits_unchecked');
    return undefined;
  });
  if (!grants) return undefined;
  limitHeaders.set(call.event, headersOf(grants));
  const refused = grants.find(({ granted }) => granted === 0);
  if (refused) throw refusalOf(refused);
  const uploads = grants.find(({ counter }) => counter === 'uploads');
  return uploads && { granted: uploads.granted, refusal: refusalOf(uploads) };
}

const refusalOf = ({ counter, limit, resetsIn }: Grant): Problem =>
  new Problem(
    'rate_limited',
    `${limit} ${counter.includes(' ') ? `calls of ${counter}` : counter} in ${WINDOW_SECONDS} seconds are what this tenant may make. Try again in ${resetsIn} s, or ask for a wider plan.`,
    { retryAfter: resetsIn },
  );

/** IETF draft-ietf-httpapi-ratelimit-headers-09: a policy and what is left of it, for each counter. */
const headersOf = (grants: readonly Grant[]): Record<string, string> => ({
  'RateLimit-Policy': grants
    .map(({ counter, limit }) => `"${counter}";q=${limit};w=${WINDOW_SECONDS}`)
    .join(', '),
  RateLimit: grants
    .map(({ counter, remaining, resetsIn }) => `"${counter}";r=${remaining};t=${resetsIn}`)
    .join(', '),
});

const limitHeaders = new WeakMap<APIGatewayProxyEvent, Record<string, string>>();

/** Puts what is left of the limits on the reply, also on a refusal. */
export const sayLimits = (): middy.MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult> => {
  const answer = ({ event, response }: middy.Request<APIGatewayProxyEvent, APIGatewayProxyResult>) => {
    if (response) response.headers = { ...response.headers, ...limitHeaders.get(event) };
  };
  return { after: answer, onError: answer };
};
