import type { JobId } from '#shared/kernel/ids.ts';
import { isRetryable } from '#shared/kernel/problems.ts';
import type { JobKind } from '#shared/kernel/vocabulary.ts';
import type { Job, JobOf } from './job.ts';
import type { JobQueue } from './job-queue.ts';
import type { JobStore } from './job-store.ts';
import { type JobWriter, jobWriter, Superseded } from './job-writer.ts';

/** The work of one kind of job. Every part may be repeated. */
export interface JobRunner<Kind extends JobKind> {
  /**
   * Retries of transient failures. `job`: the job itself, after 2, 4, 8, … seconds, at most 8 times in a row.
   * `queue`: SQS, by redelivery; a message that is redriven from the dead-letter queue resumes the failed job.
   */
  readonly retries: 'job' | 'queue';
  /**
   * Does a small part of the work, some seconds at most, and writes the progress.
   * @returns seconds to wait before the next part, 0 for none; `done` once the job is written as ended
   */
  advance(writer: JobWriter<JobOf<Kind>>): Promise<number | 'done'>;
  /** Undoes the unfinished work of a job that failed or was cancelled. */
  undo?(job: JobOf<Kind>): Promise<void>;
}

/** A runner for each of the kinds, and for no other. */
export type JobRunners<Kind extends JobKind> = { readonly [Each in Kind]: JobRunner<Each> };

export interface RunJobPorts<Kind extends JobKind> {
  jobs: JobStore;
  queue: JobQueue;
  runners: JobRunners<Kind>;
  /** Called with a job that has ended, perhaps more than once. */
  onEnd?: (job: Job) => Promise<void>;
  /** Seconds after which the rest is left to the next message. */
  budgetSeconds: number;
  now?: () => Date;
}

/** `continued`: by another message. `superseded`: by another worker. `finished`: nothing is left to do. */
export type JobOutcome = 'finished' | 'continued' | 'superseded';

/** Failures in a row: with the pauses in between, four minutes. */
const MAX_FAILURES = 8;

/**
 * Runs a job until it ends, pauses or has used its time. Each part of the work is written under the version that was
 * read, so that the next message resumes where the last one ended, and of two workers one stops.
 * @param lastAttempt true if the queue will not deliver the message again: a failure then fails the job
 * @throws the error that failed the job, or that prevented writing it
 */
export const runJob =
  <Kind extends JobKind>(ports: RunJobPorts<Kind>) =>
  async (id: JobId, lastAttempt = false): Promise<JobOutcome> => {
    const { jobs, now = () => new Date() } = ports;
    const job = await jobs.get(id);
    const runner = job && runnerOf(ports.runners, job.kind);
    if (!runner || job.status === 'needs_confirmation') return 'finished';
    const finish = async (ended: Job): Promise<JobOutcome> => {
      await ports.onEnd?.(ended);
      return 'finished';
    };
    if (job.status === 'cancelled') await runner.undo?.(job);
    if (hasEnded(job, runner)) return finish(job);
    const writer = jobWriter(jobs, job, now);
    try {
      const outcome = await advance(ports, runner, writer, now);
      return outcome === 'finished' ? await finish(writer.job) : outcome;
    } catch (error) {
      if (error instanceof Superseded) return 'superseded';
      return handleFailure(ports, runner, writer, { error, lastAttempt, now });
    }
  };

/** A failed job whose retries are the queue's is resumed by a message that was redriven. */
const hasEnded = ({ status }: Job, { retries }: Pick<AnyRunner, 'retries'>): boolean =>
  status === 'completed' || status === 'cancelled' || (status === 'failed' && retries === 'job');

type AnyRunner = JobRunner<JobKind>;
type AnyWriter = JobWriter<JobOf<JobKind>>;
type Ports = Pick<RunJobPorts<never>, 'queue' | 'budgetSeconds' | 'onEnd'>;

/** The cast: the type of a runner follows from the kind, which is known at run time only. */
const runnerOf = <Kind extends JobKind>(runners: JobRunners<Kind>, kind: JobKind): AnyRunner | undefined =>
  (runners as Partial<Record<JobKind, AnyRunner>>)[kind];

async function advance(
  { queue, budgetSeconds }: Ports,
  runner: AnyRunner,
  writer: AnyWriter,
  now: () => Date,
): Promise<JobOutcome> {
  const deadline = now().getTime() + budgetSeconds * 1000;
  for (;;) {
    const pause = await runner.advance(writer);
    if (pause === 'done') return 'finished';
    if (pause === 0 && now().getTime() < deadline) continue;
    await queue.send(writer.job.job_id, pause);
    return 'continued';
  }
}

async function handleFailure(
  { queue, onEnd }: Ports,
  runner: AnyRunner,
  writer: AnyWriter,
  { error, lastAttempt, now }: { error: unknown; lastAttempt: boolean; now: () => Date },
): Promise<JobOutcome> {
  if (runner.retries === 'job') {
    const failures = (writer.job.failures ?? 0) + 1;
    if (isRetryable(error) && !lastAttempt && failures < MAX_FAILURES) {
      await writer.noteError(error, { failures });
      await queue.send(writer.job.job_id, 2 ** failures);
      return 'continued';
    }
  }
  const fails = runner.retries === 'job' || lastAttempt;
  // Rethrow the original error; failing to record it, to undo or to announce it must not mask it.
  const ended = { status: 'failed' as const, finished_at: now().toISOString() };
  await writer.noteError(error, fails ? ended : {}).catch(() => undefined);
  if (fails) await runner.undo?.(writer.job).catch(() => undefined);
  if (fails) await onEnd?.(writer.job).catch(() => undefined); // the redelivery repeats it
  throw error;
}
