import type { Role, Scope } from './access.ts';
import type { TenantId } from './ids.ts';
import type { LimitOverrides, PlanName } from './plans.ts';
import type { SettingsChange } from './settings.ts';

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
