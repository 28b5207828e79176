import * as z from 'zod';
import { StorageTarget } from '#shared/connectors/storage-target.ts';
import { JobIdField, StorageIdField, TenantIdField } from '#shared/kernel/id-fields.ts';
import { JOB_STATUSES, ON_MISSING, STORAGE_STATES } from '#shared/kernel/vocabulary.ts';

/** A tenant's own storage, in which its images lie. Its credentials are in the secret store, under the location's id. */
export const StorageLocation = z.intersection(
  StorageTarget,
  z.object({
    tenant_id: TenantIdField,
    storage_id: StorageIdField,
    name: z.string(),
    /** Only keys that begin so; empty: all. */
    prefix: z.string(),
    /** Globs: only keys that one of them matches; empty: all. */
    include: z.array(z.string()),
    /** Globs: no key that one of them matches. */
    exclude: z.array(z.string()),
    schedule: z.object({ every_hours: z.number() }).optional(),
    on_missing: z.enum(ON_MISSING),
    /** For `delete_after_days`. */
    days: z.number().optional(),
    /** Events of its bucket are taken, by this event bus of ours. */
    events: z.object({ bus_arn: z.string() }).optional(),
    state: z.enum(STORAGE_STATES),
    /** The job that removes it; once it is set, nothing of the location changes any more. */
    removal_job_id: JobIdField.optional(),
    /** Completed scans so far: the number of the last one. */
    scans: z.number(),
    /** The server lists keys in another order than that of their bytes. */
    unordered: z.boolean().optional(),
    last_scan: z
      .object({ job_id: JobIdField, status: z.enum(JOB_STATUSES), finished_at: z.string().optional() })
      .optional(),
    /** Objects that were missing at the end of the last complete scan. */
    missing: z.number().optional(),
    next_scan_at: z.string().optional(),
    /** Identifies repetitions of the call that added it. */
    repeat_key: z.string().optional(),
    created_at: z.string(),
    updated_at: z.string(),
  }),
);
export type StorageLocation = z.output<typeof StorageLocation>;
