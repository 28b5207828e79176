import type { ImageId, JobId, TenantId } from '#shared/kernel/ids.ts';
import type { JobStatus, ModelJobKind } from '#shared/kernel/vocabulary.ts';

/** What a tenant's purge has removed, by kind, and that a last look found nothing left. */
export interface TenantReceipt {
  tenant_id: TenantId;
  deleted: Record<string, number>;
  /** What the scan after the removal found, by place; all zero. */
  left: Record<string, number>;
  completed_at: string;
}

/** Long work that goes on in the background. Field names as stored and on the wire. */
interface AnyJob {
  job_id: JobId;
  status: JobStatus;
  /** The step that comes next, so that an interrupted job goes on there. */
  step: string;
  /** What is done so far, by kind. */
  progress: Record<string, number>;
  errors: { code: string; detail: string }[];
  started_at: string;
  updated_at: string;
  finished_at?: string;
  /** Counts its writes, so that of two who work on it at once one steps back. */
  version: number;
}

export interface TenantPurge extends AnyJob {
  kind: 'tenant_purge';
  tenant_id: TenantId;
  receipt?: TenantReceipt;
}

/** Where a job is that goes through a tenant's pictures, page by page, as often as it takes. */
export interface Position {
  tenant_id: TenantId;
  /** What is being done with the tenant. */
  phase: string;
  /** When that began, and when this time through the pages did. RFC 3339. */
  since: string;
  pass_since: string;
  /** How often all pages were gone through. */
  passes: number;
  /** What the pages of this pass have in all, by kind. */
  met: Record<string, number>;
  /** Of the page that comes next; absent at the beginning. */
  cursor?: string | undefined;
  /** The last picture of the page before. */
  above?: ImageId | undefined;
  /** When what the page lacks was ordered. */
  ordered_at?: string | undefined;
  /** Pictures to try the new model on. */
  sample?: readonly ImageId[];
}

export interface ModelJob extends AnyJob {
  kind: ModelJobKind;
  model: string;
  /** Whose; absent: every tenant's. */
  tenants?: readonly TenantId[];
  /** Of a migration: whether searches use the model once it has all pictures. */
  cut_over?: boolean;
  /** Of a check: whether what is wrong is put right. */
  mend?: boolean;
  /** Of a move: where to. */
  into?: 'own' | 'shared';
  /** Where the list of tenants goes on; empty after the last one. */
  next_tenant?: string;
  /** How often in a row a part of the work has failed in a way that can pass. */
  failures?: number;
  position?: Position | undefined;
}

export type Job = TenantPurge | ModelJob;
