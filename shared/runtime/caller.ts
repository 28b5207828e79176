import type { APIGatewayProxyEvent } from 'aws-lambda';
import { z } from 'zod';
import { TENANT_ID_PATTERN, type TenantId, tenantId } from '#shared/domain/ids.ts';
import { PLAN_NAMES } from '#shared/domain/plans.ts';
import { PROBLEM_CODES, Problem } from '#shared/domain/problems.ts';
import { KEEPER_RULES } from '#shared/domain/settings.ts';
import { type Caller, POLICIES, type Policy, ROLES, SCOPES } from '#shared/domain/tenant.ts';

/** Limits that were set for a tenant, as they are stored. */
const Overrides = z.object({
  requests: z.number().optional(),
  searches: z.number().optional(),
  uploads: z.number().optional(),
  stored_images: z.number().optional(),
  storage_bytes: z.number().optional(),
  endpoints: z.record(z.string(), z.number()).optional(),
});

/** What a tenant has chosen, as it is stored. */
const Chosen = z.object({
  thumbnail_sizes: z.array(z.number()).optional(),
  similarity_threshold: z.number().optional(),
  keeper_rule: z.enum(KEEPER_RULES).optional(),
  models: z.array(z.string()).optional(),
});

/** What the authorizer hands on: API Gateway carries strings only. */
const CallerContext = z.object({
  kind: z.enum(['key', 'operator']),
  tenant: z.string().regex(TENANT_ID_PATTERN).optional(),
  plan: z.enum(PLAN_NAMES).optional(),
  scopes: z
    .string()
    .transform((text) => text.split(' ').filter((scope) => SCOPES.some((known) => known === scope))),
  role: z.enum(ROLES).optional(),
  limits: z
    .string()
    .transform((json) => Overrides.parse(JSON.parse(json)))
    .optional(),
  settings: z
    .string()
    .transform((json) => Chosen.parse(JSON.parse(json)))
    .optional(),
  subject: z.string(),
});

/** The caller as the authorizer's context: the inverse of `callerOf`. */
export const toCallerContext = (caller: Caller): Record<string, string> => ({
  kind: caller.kind,
  scopes: caller.scopes.join(' '),
  subject: caller.subject,
  ...(caller.tenant && { tenant: caller.tenant }),
  ...(caller.plan && { plan: caller.plan }),
  ...(caller.role && { role: caller.role }),
  ...(caller.limits && { limits: JSON.stringify(caller.limits) }),
  ...(caller.settings && { settings: JSON.stringify(caller.settings) }),
});

/** A refusal that the authorizer leaves to the function. */
const RefusalContext = z.object({ refusal: z.enum(PROBLEM_CODES), detail: z.string() });
export const toRefusalContext = ({ code, message }: Problem): Record<string, string> => ({
  refusal: code,
  detail: message,
});

const NOBODY: Caller = { kind: 'nobody', scopes: [], subject: 'nobody' };

/** Who the authorizer found to be calling; nobody on an open route. @throws Problem the one that the authorizer found */
export function callerOf(event: APIGatewayProxyEvent): Caller {
  const refused = RefusalContext.safeParse(event.requestContext.authorizer ?? {});
  if (refused.success) throw new Problem(refused.data.refusal, refused.data.detail);
  const parsed = CallerContext.safeParse(event.requestContext.authorizer ?? {});
  if (!parsed.success) return NOBODY;
  const { kind, tenant, plan, limits, settings, scopes, role, subject } = parsed.data;
  const known: TenantId | undefined = tenant === undefined ? undefined : tenantId(tenant);
  return {
    kind,
    scopes: SCOPES.filter((scope) => scopes.includes(scope)),
    subject,
    ...(known && { tenant: known }),
    ...(plan && { plan }),
    ...(limits && { limits }),
    ...(settings && { settings }),
    ...(role && { role }),
  };
}

/** @throws Problem `unauthenticated`, `forbidden` or `missing_scope` where the caller may not do what the policy guards */
export function authorize(caller: Caller, policy: Policy): void {
  if (policy === 'Open') return;
  if (caller === NOBODY) throw new Problem('unauthenticated', 'Send your API key in the header x-api-key.');
  if (policy === 'SystemAdmin' && caller.role !== 'SystemAdmin')
    throw new Problem(
      'forbidden',
      'This call is the operator’s: it takes a token with the role SystemAdmin.',
    );
  const accepted: readonly string[] = POLICIES[policy];
  if (!caller.scopes.some((scope) => accepted.includes(scope)))
    throw new Problem(
      'missing_scope',
      `This call takes the scope ${accepted.join(' or ')}; the credential has ${caller.scopes.join(', ') || 'none'}.`,
    );
}
