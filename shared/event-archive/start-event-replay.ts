import { ARCHIVE_DAYS } from '#shared/contracts/events/registry.ts';
import type { EventReplay, Job } from '#shared/jobs/job.ts';
import { queuedFields, type StartJobPorts, startJob } from '#shared/jobs/start-job.ts';
import { newJobId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Starts a job that publishes archived events again. @throws Problem `invalid_request` for a time that the archive has not */
export const startEventReplay =
  (ports: StartJobPorts) =>
  async ({
    type,
    from,
    to,
    dry_run,
  }: Pick<EventReplay, 'type' | 'from' | 'to' | 'dry_run'>): Promise<Job> => {
    const { now = () => new Date() } = ports;
    const [begin, end] = [new Date(from), new Date(to)];
    if (!(begin < end)) throw invalid('/from', 'must be before "to"');
    const kept = new Date(now().getTime() - (ARCHIVE_DAYS[type] + 1) * DAY_MS);
    if (begin < kept) throw invalid('/from', `must be within the ${ARCHIVE_DAYS[type]} days of the archive`);
    return startJob(ports)({
      ...{ job_id: newJobId(), kind: 'event_replay', type },
      ...{ from: begin.toISOString(), to: end.toISOString() },
      ...(dry_run && { dry_run }),
      ...queuedFields('count', now()),
    });
  };

const invalid = (pointer: string, message: string) =>
  new Problem('invalid_request', `The time ${message}.`, { errors: [{ pointer, message }] });
