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
    | '/settings';
  label: string;
  scope: Scope;
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
  { to: '/settings', label: 'Settings', scope: 'deeplens.admin' },
];

/** Returns the pages that a credential can use. */
export const navigationFor = (scopes: readonly Scope[]): NavigationItem[] =>
  ITEMS.filter(({ scope }) => scopes.includes(scope));
