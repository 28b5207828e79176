import type { KeyId, TenantId } from './ids.ts';
import type { PlanName } from './plans.ts';

export const SCOPES = [
  'deeplens.search',
  'deeplens.upload',
  'deeplens.storage',
  'deeplens.metrics',
  'deeplens.admin',
] as const;
export type Scope = (typeof SCOPES)[number];

export const ROLES = ['Viewer', 'Uploader', 'Admin', 'SystemAdmin'] as const;
export type Role = (typeof ROLES)[number];

/** What a route asks of its caller; each is attached to routes in `shared/contract`. `Open` asks nothing. */
export const POLICIES = {
  Open: [],
  SearchImages: ['deeplens.search'],
  UploadImages: ['deeplens.upload'],
  ManageStorage: ['deeplens.storage'],
  ViewMetrics: ['deeplens.metrics'],
  AdminOnly: ['deeplens.admin'],
  UploaderOrAdmin: ['deeplens.upload', 'deeplens.admin'],
  /** The operator's: an OIDC token with the role `SystemAdmin` and the scope `deeplens.admin`. */
  SystemAdmin: ['deeplens.admin'],
} as const satisfies Record<string, readonly Scope[]>;
export type Policy = keyof typeof POLICIES;

export type TenantState = 'creating' | 'active' | 'suspended';

export interface Tenant {
  tenant_id: TenantId;
  name: string;
  plan: PlanName;
  state: TenantState;
  created_at: string;
}

/** An API key as it is stored: never the secret, only the SHA-256 of the whole key. */
export interface ApiKey {
  key_id: KeyId;
  tenant_id: TenantId;
  hash: string;
  scopes: Scope[];
  /** Its id in API Gateway, where it is a member of the plan's usage plan. */
  gateway_key_id: string;
  created_at: string;
  expires_at?: string;
}

/** Who is calling, as the authorizer found out. `tenant` is absent for an operator. */
export interface Caller {
  tenant?: TenantId;
  plan?: PlanName;
  scopes: readonly Scope[];
  role?: Role;
  /** The key's or the token's id, for logs. */
  subject: string;
}
