import { createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import type { FilterAddress } from '../features/search/filters.ts';
import { type AuditAddress, auditAddress } from './audit-address.ts';
import { DELIVERY_STATES } from './delivery-states.ts';
import { FORMATS } from './formats.ts';
import { Home } from './home.tsx';
import { operatorRoutes } from './operator-routes.ts';
import { root } from './root.tsx';
import { choiceParam, type Raw, shareParam, textParam } from './search-params.ts';

const home = createRoute({ getParentRoute: () => root, path: '/', component: Home });

interface SearchAddress extends FilterAddress {
  image?: string | undefined;
  url?: string | undefined;
  threshold?: number | undefined;
  /** List the best of each duplicate group alone. */
  best?: true | undefined;
  /** `x,y,width,height`, as fractions of the query. */
  region?: string | undefined;
  /** The id of the result that is compared. */
  result?: string | undefined;
}

const search = createRoute({
  getParentRoute: () => root,
  path: '/search',
  validateSearch: (raw: Raw): SearchAddress => ({
    image: textParam(raw, 'image'),
    url: textParam(raw, 'url'),
    threshold: shareParam(raw, 'threshold'),
    best: raw.best === true ? true : undefined,
    region: textParam(raw, 'region'),
    format: choiceParam(raw, 'format', FORMATS),
    after: textParam(raw, 'after'),
    before: textParam(raw, 'before'),
    metadata: textParam(raw, 'metadata'),
    result: textParam(raw, 'result'),
  }),
  component: lazyRouteComponent(() => import('../features/search/search-page.tsx'), 'SearchPage'),
});

const VERDICTS = ['exact', 'edited_copy'] as const;
interface DuplicatesAddress {
  group?: string | undefined;
  verdict?: (typeof VERDICTS)[number] | undefined;
  view?: 'table' | undefined;
}

const duplicates = createRoute({
  getParentRoute: () => root,
  path: '/duplicates',
  validateSearch: (raw: Raw): DuplicatesAddress => ({
    group: textParam(raw, 'group'),
    verdict: choiceParam(raw, 'verdict', VERDICTS),
    view: choiceParam(raw, 'view', ['table']),
  }),
  component: lazyRouteComponent(() => import('../features/duplicates/duplicates-page.tsx'), 'DuplicatesPage'),
});

const STATUSES = ['indexed', 'processed', 'validated', 'uploaded', 'pending_upload', 'failed'] as const;
interface LibraryAddress {
  status?: (typeof STATUSES)[number] | undefined;
  external_id?: string | undefined;
  sort?: 'created_at' | undefined;
}

const library = createRoute({
  getParentRoute: () => root,
  path: '/library',
  validateSearch: (raw: Raw): LibraryAddress => ({
    status: choiceParam(raw, 'status', STATUSES),
    external_id: textParam(raw, 'external_id'),
    sort: choiceParam(raw, 'sort', ['created_at']),
  }),
  component: lazyRouteComponent(() => import('../features/library/library-page.tsx'), 'LibraryPage'),
});

const image = createRoute({
  getParentRoute: () => root,
  path: '/library/$imageId',
  component: lazyRouteComponent(() => import('../features/library/image-page.tsx'), 'ImagePage'),
});

const upload = createRoute({
  getParentRoute: () => root,
  path: '/upload',
  component: lazyRouteComponent(() => import('../features/upload/upload-page.tsx'), 'UploadPage'),
});

const pipeline = createRoute({
  getParentRoute: () => root,
  path: '/pipeline',
  component: lazyRouteComponent(() => import('../features/pipeline/pipeline-page.tsx'), 'PipelinePage'),
});

const usage = createRoute({
  getParentRoute: () => root,
  path: '/usage',
  validateSearch: (raw: Raw): { period?: string | undefined } => ({ period: textParam(raw, 'period') }),
  component: lazyRouteComponent(() => import('../features/usage/usage-page.tsx'), 'UsagePage'),
});

const keys = createRoute({
  getParentRoute: () => root,
  path: '/keys',
  component: lazyRouteComponent(() => import('../features/keys/keys-page.tsx'), 'KeysPage'),
});

const storage = createRoute({
  getParentRoute: () => root,
  path: '/storage',
  component: lazyRouteComponent(() => import('../features/storage/storage-page.tsx'), 'StoragePage'),
});

const people = createRoute({
  getParentRoute: () => root,
  path: '/people',
  component: lazyRouteComponent(() => import('../features/people/people-page.tsx'), 'PeoplePage'),
});

const webhooks = createRoute({
  getParentRoute: () => root,
  path: '/webhooks',
  component: lazyRouteComponent(() => import('../features/webhooks/webhooks-page.tsx'), 'WebhooksPage'),
});

interface WebhookAddress {
  state?: (typeof DELIVERY_STATES)[number] | undefined;
  /** The id of the delivery that is open. */
  delivery?: string | undefined;
}

const webhook = createRoute({
  getParentRoute: () => root,
  path: '/webhooks/$webhookId',
  validateSearch: (raw: Raw): WebhookAddress => ({
    state: choiceParam(raw, 'state', DELIVERY_STATES),
    delivery: textParam(raw, 'delivery'),
  }),
  component: lazyRouteComponent(() => import('../features/webhooks/webhook-page.tsx'), 'WebhookPage'),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: lazyRouteComponent(() => import('../features/settings/settings-page.tsx'), 'SettingsPage'),
});

const audit = createRoute({
  getParentRoute: () => root,
  path: '/audit',
  validateSearch: (raw: Raw): AuditAddress => ({ ...auditAddress(raw), tenant_id: undefined }),
  component: lazyRouteComponent(() => import('../features/audit/audit-page.tsx'), 'AuditPage'),
});

/** Returns the router; it reads the address of the page now. */
export const newRouter = () =>
  createRouter({
    routeTree: root.addChildren([
      home,
      search,
      duplicates,
      library,
      image,
      upload,
      pipeline,
      storage,
      usage,
      keys,
      people,
      webhooks,
      webhook,
      settings,
      audit,
      ...operatorRoutes,
    ]),
    defaultPreload: 'intent',
    scrollRestoration: true,
  });

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof newRouter>;
  }
}
