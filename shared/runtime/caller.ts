import type { APIGatewayProxyEvent } from 'aws-lambda';
import { z } from 'zod';
import { POLICIES, type Policy, ROLES, SCOPES, type Scope } from '#shared/kernel/access.ts';
import type { Caller, PresumedCaller } from '#shared/kernel/caller.ts';
import { TENANT_ID_PATTERN, tenantId } from '#shared/kernel/ids.ts';
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
  uploads: z.number().optional(),
  stored_images: z.number().optional(),
  storage_bytes: z.number().optional(),
  endpoints: z.record(z.string(), z.number()).optional(),
});

const Settings = z.object({
  thumbnail_sizes: z.array(z.number()).optional(),
  similarity_threshold: z.number().optional(),
  keeper_rule: z.enum(KEEPER_RULES).optional(),
  models: z.array(z.string()).optional(),
});

/**
 * What the authorizer hands on: API Gateway carries strings only. What cannot be read, as it can be while a deployment
 * changes one function after the other, is left out; but never who it is.
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
});

/** The caller as the authorizer's context: the inverse of `callerOf`. */
export const toCallerContext = (caller: Caller): Record<string, string> => ({
  kind: caller.kind,
  scopes: caller.scopes.join(' '),
  subject: caller.subject,
  ...(caller.tenant && { tenant: caller.tenant }),
  ...(caller.plan && { plan: caller.plan }),
  ...(caller.limits && { limits: JSON.stringify(caller.limits) }),
  ...(caller.settings && { settings: JSON.stringify(caller.settings) }),
  ...(caller.role && { role: caller.role }),
});

/** A refusal that the authorizer leaves to the function. */
const RefusalContext = z.object({
  refusal: z.enum(PROBLEM_CODES),
  detail: z.string(),
  retry_after: z.coerce.number().optional(),
});
/** The refusal, and who it seems to be: the function writes it into the audit log. */
export const toRefusalContext = (
  { code, message, retryAfter }: Problem,
  presumed: PresumedCaller,
): Record<string, string> => ({
  kind: presumed.kind,
  subject: presumed.subject,
  ...(presumed.tenant && { tenant: presumed.tenant }),
  ...(presumed.role && { role: presumed.role }),
  refusal: code,
  detail: message,
  ...(retryAfter !== undefined && { retry_after: String(retryAfter) }),
});

export const NOBODY: Caller = { kind: 'nobody', scopes: [], subject: 'nobody' };

/** Who the authorizer found to be calling; nobody on an open route. @throws Problem the one that the authorizer found */
export function callerOf(event: APIGatewayProxyEvent): Caller {
  const context = event.requestContext.authorizer ?? {};
  const refused = RefusalContext.safeParse(context);
  if (refused.success) {
    const { refusal, detail, retry_after } = refused.data;
    throw new Problem(refusal, detail, retry_after === undefined ? {} : { retryAfter: retry_after });
  }
  const parsed = CallerContext.safeParse(context);
  if (!parsed.success) return NOBODY;
  const { kind, tenant, plan, limits, settings, scopes, role, subject } = parsed.data;
  return {
    kind,
    scopes,
    subject,
    ...(tenant !== undefined && { tenant: tenantId(tenant) }),
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
