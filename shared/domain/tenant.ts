import type { JobId, KeyId, TenantId } from './ids.ts';
import type { LimitOverrides, PlanName } from './plans.ts';
import type { SettingsChange } from './settings.ts';

export const SCOPES = [
  'deeplens.search',
  'deeplens.upload',
  'deeplens.storage',
  'deeplens.metrics',
  'deeplens.admin',
] as const;
export type Scope = (typeof SCOPES)[number];

/** What each role may, at most: a token's scopes never reach beyond its role's. */
export const ROLE_SCOPES = {
  Viewer: ['deeplens.search'],
  Uploader: ['deeplens.search', 'deeplens.upload'],
  Admin: SCOPES,
  /** All tenants. */
  SystemAdmin: SCOPES,
} as const satisfies Record<string, readonly Scope[]>;
export type Role = keyof typeof ROLE_SCOPES;
export const ROLES = Object.keys(ROLE_SCOPES) as [Role, ...Role[]]; // Object.keys loses the literal types

/** The role that allows most, of those that are among the names. */
export const highestRole = (names: readonly string[]): Role | undefined =>
  ROLES.findLast((role) => names.includes(role));

/** What a route asks of its caller; each is attached to routes in `shared/api`. `Open` asks nothing. */
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

/** `purging`: its keys are dead and its things are being removed. */
export const TENANT_STATES = ['creating', 'active', 'suspended', 'purging'] as const;
export type TenantState = (typeof TENANT_STATES)[number];

/** Field names as stored and on the wire. */
export interface Tenant {
  tenant_id: TenantId;
  name: string;
  plan: PlanName;
  state: TenantState;
  created_at: string;
  /** The id of the key that its creation gives, so that a creation that is repeated makes no second one. */
  first_key_id: KeyId;
  limits?: LimitOverrides;
  settings?: SettingsChange;
  /** Models that its earlier pictures are being embedded with, and since when: `TenantModels.filling`. */
  filling_models?: Readonly<Record<string, string>>;
  /** The job that removes it. */
  purge_job_id?: JobId;
}

/** `live` keys have scopes; a `publishable` one has none: it says which tenant, and a person's token what is allowed. */
export const KEY_KINDS = ['live', 'publishable'] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

/** An API key as it is stored: never the secret, only the SHA-256 of the whole key. */
export interface ApiKey {
  key_id: KeyId;
  tenant_id: TenantId;
  kind: KeyKind;
  name: string;
  hash: string;
  scopes: Scope[];
  /** Its id in API Gateway, where it is a member of the plan's usage plan. */
  gateway_key_id: string;
  created_at: string;
  expires_at?: string;
  revoked_at?: string;
  /** To the minute. */
  last_used_at?: string;
  /** The key that took its place. */
  replaced_by?: KeyId;
}

export type KeyState = 'active' | 'expired' | 'revoked';

/** @param now RFC 3339 */
export function keyState(
  { revoked_at, expires_at }: Pick<ApiKey, 'revoked_at' | 'expires_at'>,
  now: string,
): KeyState {
  if (revoked_at !== undefined) return 'revoked';
  return expires_at !== undefined && expires_at <= now ? 'expired' : 'active';
}

/** Who is calling, as the authorizer found out. */
export interface Caller {
  kind: 'key' | 'person' | 'operator' | 'nobody';
  /** Absent for an operator. */
  tenant?: TenantId;
  plan?: PlanName;
  /** What was set for the tenant alone. */
  limits?: LimitOverrides;
  settings?: SettingsChange;
  scopes: readonly Scope[];
  role?: Role;
  /** The key's or the token's id, for logs and the audit log. */
  subject: string;
}

/** Who it seems to be that was not let in, as far as that could be told. */
export type Presumed = Pick<Caller, 'kind' | 'tenant' | 'role' | 'subject'>;
