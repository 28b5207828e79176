import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { auditAddress } from './audit-address.ts';
import { JOB_KINDS, JOB_STATES } from './job-choices.ts';
import { root } from './root.tsx';
import { choiceParam, type Raw } from './search-params.ts';

const tenants = createRoute({
  getParentRoute: () => root,
  path: '/operator/tenants',
  component: lazyRouteComponent(() => import('../features/operator/tenants-page.tsx'), 'TenantsPage'),
});

const tenant = createRoute({
  getParentRoute: () => root,
  path: '/operator/tenants/$tenantId',
  component: lazyRouteComponent(() => import('../features/operator/tenant-page.tsx'), 'TenantPage'),
});

const capacity = createRoute({
  getParentRoute: () => root,
  path: '/operator/capacity',
  component: lazyRouteComponent(() => import('../features/operator/capacity-page.tsx'), 'CapacityPage'),
});

interface JobsAddress {
  kind?: (typeof JOB_KINDS)[number] | undefined;
  status?: (typeof JOB_STATES)[number] | undefined;
}

const jobs = createRoute({
  getParentRoute: () => root,
  path: '/operator/jobs',
  validateSearch: (raw: Raw): JobsAddress => ({
    kind: choiceParam(raw, 'kind', JOB_KINDS),
    status: choiceParam(raw, 'status', JOB_STATES),
  }),
  component: lazyRouteComponent(() => import('../features/operator/jobs-page.tsx'), 'JobsPage'),
});

const switches = createRoute({
  getParentRoute: () => root,
  path: '/operator/switches',
  component: lazyRouteComponent(() => import('../features/operator/switches-page.tsx'), 'SwitchesPage'),
});

const audit = createRoute({
  getParentRoute: () => root,
  path: '/operator/audit',
  validateSearch: auditAddress,
  component: lazyRouteComponent(() => import('../features/operator/audit-page.tsx'), 'AuditPage'),
});

/** Pages for operators. */
export const operatorRoutes = [tenants, tenant, capacity, jobs, switches, audit] as const;
