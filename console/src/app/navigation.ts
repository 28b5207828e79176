import type { Me } from '@deeplens/sdk';

type Scope = Me['scopes'][number];

/** A page that the navigation lists. */
export interface NavigationItem {
  to:
    | '/search'
    | '/duplicates'
    | '/library'
    | '/upload'
    | '/pipeline'
    | '/storage'
    | '/usage'
    | '/keys'
    | '/people'
    | '/webhooks'
    | '/settings'
    | '/audit'
    | '/operator/tenants'
    | '/operator/capacity'
    | '/operator/jobs'
    | '/operator/switches'
    | '/operator/audit';
  label: string;
  /** The scope that the page needs; `operator`: the operator's role. */
  scope: Scope | 'operator';
}

const ITEMS: readonly NavigationItem[] = [
  { to: '/search', label: 'Search', scope: 'deeplens.search' },
  { to: '/duplicates', label: 'Duplicates', scope: 'deeplens.search' },
  { to: '/library', label: 'Library', scope: 'deeplens.search' },
  { to: '/upload', label: 'Bring in', scope: 'deeplens.upload' },
  { to: '/storage', label: 'Storage', scope: 'deeplens.storage' },
  { to: '/pipeline', label: 'Pipeline', scope: 'deeplens.metrics' },
  { to: '/usage', label: 'Usage', scope: 'deeplens.metrics' },
  { to: '/keys', label: 'API keys', scope: 'deeplens.admin' },
  { to: '/people', label: 'People', scope: 'deeplens.admin' },
  { to: '/webhooks', label: 'Webhooks', scope: 'deeplens.admin' },
  { to: '/settings', label: 'Settings', scope: 'deeplens.admin' },
  { to: '/audit', label: 'Audit log', scope: 'deeplens.admin' },
  { to: '/operator/tenants', label: 'Tenants', scope: 'operator' },
  { to: '/operator/capacity', label: 'Capacity', scope: 'operator' },
  { to: '/operator/jobs', label: 'Jobs', scope: 'operator' },
  { to: '/operator/switches', label: 'Switches', scope: 'operator' },
  { to: '/operator/audit', label: 'Audit', scope: 'operator' },
];

/** Returns the pages that a credential can use, those of a tenant first. */
export const navigationFor = (scopes: readonly Scope[], isOperator: boolean): NavigationItem[] =>
  ITEMS.filter(({ scope }) => (scope === 'operator' ? isOperator : scopes.includes(scope)));
