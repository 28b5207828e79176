import { createHash } from 'node:crypto';
import type { Role, Scope } from './access.ts';
import type { TenantId } from './ids.ts';
import type { LimitOverrides, PlanName } from './plans.ts';
import type { SettingsChange } from './settings.ts';

/** An authenticated caller. */
export interface Caller {
  kind: 'key' | 'person' | 'operator' | 'nobody';
  /** Absent for an operator. */
  tenant?: TenantId;
  plan?: PlanName;
  /** The tenant's overrides of its plan's limits. */
  limits?: LimitOverrides;
  settings?: SettingsChange;
  /** The value of the tenant's key in API Gateway. For the authorizer's answer alone: functions do not get it. */
  usageIdentifier?: string;
  scopes: readonly Scope[];
  role?: Role;
  /** The key's id or the token's `sub`, for logs and the audit log. */
  subject: string;
  /** The issuer of the token, if the caller sent one. */
  issuer?: string;
  /** The id of the key that came with a person's token. */
  key?: string;
  /** The person's, as the token says. */
  name?: string;
  email?: string;
}

/** Returns a name for the person that a call is made for, the same for each of its tokens; undefined for a key's own calls. */
export const personOf = ({ kind, issuer, subject }: Pick<Caller, 'kind' | 'issuer' | 'subject'>) =>
  kind === 'person'
    ? createHash('sha256')
        .update(JSON.stringify([issuer, subject]))
        .digest('base64url')
    : undefined;

/** The identity of a refused credential, as far as it was verified before the refusal. For records and limits only. */
export type PresumedCaller = Pick<
  Caller,
  'kind' | 'tenant' | 'role' | 'subject' | 'plan' | 'limits' | 'usageIdentifier'
>;
