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
