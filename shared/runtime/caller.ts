import type { APIGatewayProxyEvent } from 'aws-lambda';
import * as z from 'zod';
import { POLICIES, type Policy, ROLES, SCOPES, type Scope, satisfies } from '#shared/kernel/access.ts';
import type { Caller, PresumedCaller } from '#shared/kernel/caller.ts';
import { TENANT_ID_PATTERN, type TenantId, tenantId } from '#shared/kernel/ids.ts';
import { PLAN_NAMES } from '#shared/kernel/plans.ts';
import { PROBLEM_CODES, Problem } from '#shared/kernel/problems.ts';
import { KEEPER_RULES } from '#shared/kernel/settings.ts';

const Json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'is not JSON' });
    return z.NEVER;
  }
});

const Limits = z.object({
  requests: z.number().optional(),
  searches: z.number().optional(),
  searches_per_person: z.number().optional(),
  uploads: z.number().optional(),
  stored_images: z.number().optional(),
  storage_bytes: z.number().optional(),
  vectors: z.number().optional(),
  endpoints: z.record(z.string(), z.number()).optional(),
});

const Settings = z.object({
  thumbnail_sizes: z.array(z.number()).optional(),
  similarity_threshold: z.number().optional(),
  keeper_rule: z.enum(KEEPER_RULES).optional(),
  models: z.array(z.string()).optional(),
});

/**
 * The authorizer's context: API Gateway passes strings only. Limits and settings that do not parse, as during a
 * deployment that updates one function after another, are ignored; the identity must parse.
 */
const CallerContext = z.object({
  kind: z.enum(['key', 'person', 'operator']),
  tenant: z.string().regex(TENANT_ID_PATTERN).optional(),
  plan: z.enum(PLAN_NAMES).optional(),
  limits: Json.pipe(Limits).optional().catch(undefined),
  settings: Json.pipe(Settings).optional().catch(undefined),
  scopes: z.string().transform((text): Scope[] => SCOPES.filter((scope) => text.split(' ').includes(scope))),
  role: z.enum(ROLES).optional(),
  subject: z.string(),
  issuer: z.string().optional(),
  key: z.string().optional(),
  name: z.string().optional(),
  email: z.string().optional(),
});

/** Serialises the caller for the authorizer's context: the inverse of `callerOf`. */
export const toCallerContext = (caller: Caller): Record<string, string> => ({
  kind: caller.kind,
  scopes: caller.scopes.join(' '),
  subject: caller.subject,
  ...(caller.tenant && { tenant: caller.tenant }),
  ...(caller.plan && { plan: caller.plan }),
  ...(caller.limits && { limits: JSON.stringify(caller.limits) }),
  ...(caller.settings && { settings: JSON.stringify(caller.settings) }),
  ...(caller.role && { role: caller.role }),
  ...(caller.issuer && { issuer: caller.issuer }),
  ...(caller.key && { key: caller.key }),
  ...(caller.name && { name: caller.name }),
  ...(caller.email && { email: caller.email }),
});

/** A refusal that the authorizer passes on to the function. */
const RefusalContext = z.object({
  refusal: z.enum(PROBLEM_CODES),
  detail: z.string(),
  retry_after: z.coerce.number().optional(),
});
/** Serialises a refusal with the presumed caller, for the function to throw and to audit. */
export const toRefusalContext = (
  { code, message, retryAfter }: Problem,
  presumed: PresumedCaller,
): Record<string, string> => ({
  kind: presumed.kind,
  subject: presumed.subject,
  ...(presumed.tenant && { tenant: presumed.tenant }),
  ...(presumed.role && { role: presumed.role }),
  ...(presumed.plan && { plan: presumed.plan }),
  ...(presumed.limits && { limits: JSON.stringify(presumed.limits) }),
  refusal: code,
  detail: message,
  ...(retryAfter !== undefined && { retry_after: String(retryAfter) }),
});

export const NOBODY: Caller = { kind: 'nobody', scopes: [], subject: 'nobody' };

/** Returns the caller that the authorizer identified. @throws Problem the refusal that the authorizer passed on */
export function callerOf(event: APIGatewayProxyEvent): Caller {
  const context = event.requestContext.authorizer ?? {};
  const refused = RefusalContext.safeParse(context);
  if (refused.success) {
    const { refusal, detail, retry_after } = refused.data;
    throw new Problem(refusal, detail, retry_after === undefined ? {} : { retryAfter: retry_after });
  }
  const parsed = CallerContext.safeParse(context);
  if (!parsed.success) return NOBODY;
  const { kind, tenant, plan, limits, settings, scopes, role, subject, issuer, key, name, email } =
    parsed.data;
  return {
    kind,
    scopes,
    subject,
    ...(tenant !== undefined && { tenant: tenantId(tenant) }),
    ...(plan && { plan }),
    ...(limits && { limits }),
    ...(settings && { settings }),
    ...(role && { role }),
    ...(issuer && { issuer }),
    ...(key && { key }),
    ...(name && { name }),
    ...(email && { email }),
  };
}

const PresumedContext = z.object({
  kind: z.enum(['key', 'person', 'operator']),
  subject: z.string(),
  tenant: z.string().regex(TENANT_ID_PATTERN).optional(),
  role: z.enum(ROLES).optional(),
  plan: z.enum(PLAN_NAMES).optional(),
  limits: Json.pipe(Limits).optional().catch(undefined),
});

/** Returns the caller that a refused credential claims to be, as far as the authorizer read it. */
export function presumedCaller({ requestContext }: APIGatewayProxyEvent): PresumedCaller {
  const { data } = PresumedContext.safeParse(requestContext.authorizer ?? {});
  if (!data) return NOBODY;
  const { kind, subject, tenant, role, plan, limits } = data;
  return {
    kind,
    subject,
    ...(role && { role }),
    ...(plan && { plan }),
    ...(limits && { limits }),
    ...(tenant !== undefined && { tenant: tenantId(tenant) }),
  };
}

/** @throws Problem `unauthenticated`, `forbidden` or `missing_scope` if the policy does not allow the call */
export function authorize(caller: Caller, policy: Exclude<Policy, 'Open'>): void {
  if (caller === NOBODY)
    throw new Problem(
      'unauthenticated',
      'The call has no credential. Send an API key in the header x-api-key, or a token.',
    );
  if (policy === 'SystemAdmin' && caller.role !== 'SystemAdmin')
    throw new Problem(
      'forbidden',
      'Only the operator may make this call: it needs a token with the role SystemAdmin.',
    );
  if (!satisfies(caller.scopes, policy))
    throw new Problem(
      'missing_scope',
      `This call needs the scope ${POLICIES[policy].join(' or ')}; the credential has ${caller.scopes.join(', ') || 'none'}. Use a credential that has it.`,
    );
}

/** @throws Problem `unauthenticated` for a caller without a tenant */
export function tenantOf({ tenant }: Caller): TenantId {
  if (!tenant)
    throw new Problem('unauthenticated', 'The credential belongs to no tenant. Send a tenant’s API key.');
  return tenant;
}
