import type { JobId, TenantId } from './ids.ts';

export const JOB_STATUSES = ['queued', 'running', 'completed', 'failed', 'cancelled'] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

/** What a tenant's purge has removed, by kind, and that a last look found nothing left. */
export interface TenantReceipt {
  tenant_id: TenantId;
  deleted: Record<string, number>;
  /** What the scan after the removal found, by place; all zero. */
  left: Record<string, number>;
  completed_at: string;
}

/** Long work that goes on in the background. Field names as stored and on the wire. */
export interface Job {
  job_id: JobId;
  kind: 'tenant_purge';
  tenant_id: TenantId;
  status: JobStatus;
  /** The step that comes next, so that an interrupted job goes on there. */
  step: string;
  /** What is done so far, by kind. */
  progress: Record<string, number>;
  errors: { code: string; detail: string }[];
  started_at: string;
  updated_at: string;
  finished_at?: string;
  receipt?: TenantReceipt;
  /** Counts its writes, so that of two who work on it at once one steps back. */
  version: number;
}
