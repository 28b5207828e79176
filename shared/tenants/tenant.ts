import type { JobId, KeyId, TenantId } from '#shared/kernel/ids.ts';
import type { LimitOverrides, PlanName } from '#shared/kernel/plans.ts';
import type { SettingsChange } from '#shared/kernel/settings.ts';
import type { TenantState } from '#shared/kernel/vocabulary.ts';

/** Field names as stored and on the wire. */
export interface Tenant {
  tenant_id: TenantId;
  name: string;
  plan: PlanName;
  state: TenantState;
  created_at: string;
  /** The id of the key made with the tenant: a repeated creation reuses it instead of adding a second key. */
  first_key_id: KeyId;
  limits?: LimitOverrides;
  settings?: SettingsChange;
  /** Models that are being filled, with the start time: `TenantModels.filling`. */
  filling_models?: Readonly<Record<string, string>>;
  /** The job that purges the tenant. */
  purge_job_id?: JobId;
}
