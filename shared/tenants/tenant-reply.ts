import { OPERATIONS } from '#shared/contracts/http/operations.ts';
import { type LimitOverrides, limitsOf, type PlanName } from '#shared/kernel/plans.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { Tenant } from './tenant.ts';

/** Returns a tenant as the API shows it. */
export const tenantReply = ({ tenant_id, name, plan, state, created_at }: Tenant) => ({
  tenant_id,
  name,
  plan,
  state,
  created_at,
});

/** Converts a request into a change; omitted fields keep their values. */
export const tenantChange = ({
  name,
  plan,
  state,
}: {
  name?: string | undefined;
  plan?: PlanName | undefined;
  state?: 'active' | 'suspended' | undefined;
}) => ({ ...(name !== undefined && { name }), ...(plan && { plan }), ...(state && { state }) });

/** Returns the limits in force for a tenant. */
export const limitsInForce = ({ plan, limits: overrides = {} }: Pick<Tenant, 'plan' | 'limits'>) => {
  const { endpoints, ...limits } = limitsOf(plan, overrides);
  return { ...limits, endpoints: { ...endpoints } };
};

export const limitsReply = (tenant: Tenant) => ({
  plan: tenant.plan,
  limits: limitsInForce(tenant),
  overrides: { ...tenant.limits },
});

/** Rejects limits of endpoints that do not exist: they would have no effect. @throws Problem `invalid_request` */
export function checkEndpoints({ endpoints = {} }: LimitOverrides): void {
  const known = new Set(OPERATIONS.map(({ method, path }) => `${method} ${path}`));
  const unknown = Object.keys(endpoints).filter((endpoint) => !known.has(endpoint));
  if (unknown.length === 0) return;
  throw new Problem('invalid_request', `There is no endpoint ${unknown.join(', ')}.`, {
    errors: unknown.map((endpoint) => ({
      pointer: `/endpoints/${endpoint.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      message: 'is not an endpoint of this API',
    })),
  });
}
