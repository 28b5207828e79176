import type { JobOf, Position } from '#shared/jobs/job.ts';
import type { ModelJobKind } from '#shared/kernel/vocabulary.ts';
import type { Tenant } from '#shared/tenants/tenant.ts';
import type { Adds } from './index-room.ts';

/** The result of a visit to a tenant. */
export interface Visit {
  /** The position from which the next visit resumes; `done` once the tenant's part is finished. */
  position: Position | 'done';
  /** Seconds to wait before the next visit. */
  pause?: number;
  /** Counts to add to the job's progress. */
  progress?: Record<string, number>;
}

/** A job about a model, as the work for one tenant after the other. Every part may be repeated. */
export interface ModelTask<Kind extends ModelJobKind = ModelJobKind> {
  /** The phase in which each tenant begins. */
  firstPhase: string;
  /**
   * Runs before the first tenant.
   * @param reserveRoom to be called before anything is added to the index
   */
  begin?(job: JobOf<Kind>, reserveRoom: (adds: Adds) => Promise<void>): Promise<void>;
  /**
   * Does a small part of a tenant's work, some seconds at most.
   * @throws Problem that is not retryable if the tenant's part failed: the job continues with the next tenant
   */
  visit(owner: Tenant, position: Position, job: JobOf<Kind>): Promise<Visit>;
  /** Runs after the last tenant, if none failed. */
  end?(job: JobOf<Kind>): Promise<void>;
  /** Undoes what was begun for a tenant whose part failed or was cancelled. */
  undoTenant?(owner: Tenant, job: JobOf<Kind>): Promise<void>;
  /** Undoes what was begun for all tenants. */
  undoAll?(job: JobOf<Kind>): Promise<void>;
}

/** Returns the position at the beginning of a phase. */
export const phase = ({ tenant_id }: Pick<Position, 'tenant_id'>, name: string, at: Date): Position => ({
  tenant_id,
  phase: name,
  since: at.toISOString(),
  pass_since: at.toISOString(),
  passes: 0,
  met: {},
});

/** Returns the position at the first page of the phase's next pass. */
export const nextPass = ({ tenant_id, phase: name, since, passes }: Position, at: Date): Position => ({
  ...phase({ tenant_id }, name, at),
  since,
  passes: passes + 1,
});

/** Sums counts by kind. */
export const sumByKind = (one: Record<string, number>, other: object): Record<string, number> => {
  const sums = { ...one };
  for (const [kind, count] of Object.entries(other)) sums[kind] = (sums[kind] ?? 0) + Number(count);
  return sums;
};
