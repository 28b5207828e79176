import * as z from 'zod';
import { JobIdField, KeyIdField, TenantIdField } from '#shared/kernel/id-fields.ts';
import { LimitOverrides, PLAN_NAMES } from '#shared/kernel/plans.ts';
import { SettingsChange } from '#shared/kernel/settings.ts';
import { TENANT_STATES } from '#shared/kernel/vocabulary.ts';

/** Field names as stored and on the wire. */
export const Tenant = z.object({
  tenant_id: TenantIdField,
  name: z.string(),
  plan: z.enum(PLAN_NAMES),
  state: z.enum(TENANT_STATES),
  created_at: z.string(),
  /** The id of the key made with the tenant: a repeated creation reuses it instead of adding a second key. */
  first_key_id: KeyIdField,
  /** The value of its key in API Gateway. Absent for tenants from before 0.2: they share a usage plan. */
  usage_identifier: z.string().exactOptional(),
  /** Identifies the repetitions of the call that created it. */
  repeat_key: z.string().exactOptional(),
  limits: LimitOverrides.exactOptional(),
  settings: SettingsChange.exactOptional(),
  /** Models that are being filled, with the start time: `TenantModels.filling`. */
  filling_models: z.record(z.string(), z.string()).readonly().exactOptional(),
  /** The job that purges the tenant. */
  purge_job_id: JobIdField.exactOptional(),
});
export type Tenant = z.infer<typeof Tenant>;

/** Returns false while a tenant is being created or removed. */
export const isUsable = ({ state }: Tenant): boolean => state === 'active' || state === 'suspended';
