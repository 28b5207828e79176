import type { Job } from '#shared/jobs/job.ts';
import type { JobStore } from '#shared/jobs/job-store.ts';
import { JOB_ID_PATTERN, type JobId } from '#shared/kernel/ids.ts';
import { pageOf } from './page.ts';

/** Jobs in memory, for tests. */
export function memoryJobStore(): JobStore {
  const jobs = new Map<JobId, Job>();
  const claims = new Map<string, JobId>();
  return {
    async create(job) {
      if (jobs.has(job.job_id)) return false;
      jobs.set(job.job_id, structuredClone(job));
      return true;
    },
    async get(job) {
      return structuredClone(jobs.get(job));
    },
    async getOwned(owner, id) {
      const job = jobs.get(id);
      return job?.owner === owner ? structuredClone(job) : undefined;
    },
    async list({ owner, kind, status }, { cursor, limit }) {
      const listed = [...jobs.values()].filter(
        (job) =>
          (owner === undefined || job.owner === owner) &&
          (kind === undefined || job.kind === kind) &&
          (status === undefined || job.status === status),
      );
      const name = ['jobs', owner, kind, status];
      return pageOf(listed, ({ job_id }) => job_id, name, JOB_ID_PATTERN, cursor, limit);
    },
    async save(job) {
      if (jobs.get(job.job_id)?.version !== job.version) return undefined;
      const saved = { ...structuredClone(job), version: job.version + 1 };
      jobs.set(job.job_id, saved);
      return structuredClone(saved);
    },
    async claim(subject, job, last) {
      if (claims.get(subject) !== last) return false;
      claims.set(subject, job);
      return true;
    },
    async latest(subject) {
      return claims.get(subject);
    },
  };
}
