import type { ModelJob, Position } from '#shared/jobs/job.ts';
import type { Tenant } from '#shared/tenants/tenant.ts';

/** What a visit to a tenant came to. */
export interface Visit {
  /** Where the next one goes on; `done` once the tenant's part is over. */
  position: Position | 'done';
  /** How long not to come back, in seconds; 0 or absent: at once. */
  pause?: number;
  /** What to add to the job's progress. */
  progress?: Record<string, number>;
}

/** A job about a model, as what it does with one tenant after the other. Each part can be repeated. */
export interface Task {
  /** With what each tenant begins. */
  firstPhase: string;
  /** Before the first tenant. */
  begin?(job: ModelJob): Promise<void>;
  /**
   * A small part of the work, some seconds at most.
   * @throws Problem that cannot pass where the tenant's part has failed: the job goes on with the next tenant
   */
  visit(owner: Tenant, position: Position, job: ModelJob): Promise<Visit>;
  /** After the last tenant, where none has failed. */
  end?(job: ModelJob): Promise<void>;
  /** Takes back what was begun for a tenant, whose part has failed or is not wanted any more. */
  abandon?(owner: Tenant, job: ModelJob): Promise<void>;
  /** Takes back what was begun for all. */
  abandonAll?(job: ModelJob): Promise<void>;
}

/** The beginning of a phase. */
export const phase = ({ tenant_id }: Pick<Position, 'tenant_id'>, name: string, at: Date): Position => ({
  tenant_id,
  phase: name,
  since: at.toISOString(),
  pass_since: at.toISOString(),
  passes: 0,
  met: {},
});

/** The same phase, from the first page on again. */
export const nextPass = ({ tenant_id, phase: name, since, passes }: Position, at: Date): Position => ({
  ...phase({ tenant_id }, name, at),
  since,
  passes: passes + 1,
});

/** Sums by kind. */
export const added = (one: Record<string, number>, other: object): Record<string, number> => {
  const sums = { ...one };
  for (const [kind, count] of Object.entries(other)) sums[kind] = (sums[kind] ?? 0) + Number(count);
  return sums;
};
