/** The OAuth scopes of the API, without a resource server’s prefix. */
export const SCOPES = [
  'deeplens.search',
  'deeplens.upload',
  'deeplens.storage',
  'deeplens.metrics',
  'deeplens.admin',
] as const;
export type Scope = (typeof SCOPES)[number];

/** The most scopes of each role: a token never has a scope that its role lacks. */
export const ROLE_SCOPES = {
  Viewer: ['deeplens.search'],
  Uploader: ['deeplens.search', 'deeplens.upload'],
  Admin: SCOPES,
  /** Applies to all tenants. */
  SystemAdmin: SCOPES,
} as const satisfies Record<string, readonly Scope[]>;
export type Role = keyof typeof ROLE_SCOPES;
export const ROLES = Object.keys(ROLE_SCOPES) as [Role, ...Role[]]; // Object.keys loses the literal types

/** The roles of a tenant's people, which its Admins give, from the least powerful. */
export const MEMBER_ROLES = ['Viewer', 'Uploader', 'Admin'] as const satisfies readonly Role[];
export type MemberRole = (typeof MEMBER_ROLES)[number];

/** Returns the most powerful role among the names; undefined if none of them is a role. */
export const highestRole = (names: readonly string[]): Role | undefined =>
  ROLES.findLast((role) => names.includes(role));

/** The scopes that satisfy each policy: a caller needs one of them. `Open` needs no credential. Routes name a policy in `shared/contracts/http`. */
export const POLICIES = {
  Open: [],
  /** Any valid credential, also one without scopes. */
  AnyCredential: [],
  SearchImages: ['deeplens.search'],
  UploadImages: ['deeplens.upload'],
  ManageStorage: ['deeplens.storage'],
  ViewMetrics: ['deeplens.metrics'],
  AdminOnly: ['deeplens.admin'],
  UploaderOrAdmin: ['deeplens.upload', 'deeplens.admin'],
  /** For operators: an OIDC token with the role `SystemAdmin` and the scope `deeplens.admin`. */
  SystemAdmin: ['deeplens.admin'],
} as const satisfies Record<string, readonly Scope[]>;
export type Policy = keyof typeof POLICIES;

/** Returns true if a caller has a scope that the policy accepts, or needs none. The operator's also needs its role. */
export const satisfies = (scopes: readonly Scope[], policy: Policy): boolean => {
  const accepted: readonly string[] = POLICIES[policy];
  return accepted.length === 0 || scopes.some((scope) => accepted.includes(scope));
};
