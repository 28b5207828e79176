import type { Job } from '#shared/jobs/job.ts';
import type { JobStore } from '#shared/jobs/job-store.ts';
import type { JobId } from '#shared/kernel/ids.ts';

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
