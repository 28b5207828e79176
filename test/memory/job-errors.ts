import { IMAGE_ID_PATTERN, type ImageId } from '#shared/kernel/ids.ts';
import type { JobError, JobErrors } from '#shared/scans/job-errors.ts';
import { pageOf } from './page.ts';

/** Errors of jobs in memory, for tests. */
export function memoryJobErrors(): JobErrors {
  const jobs = new Map<string, Map<ImageId, JobError>>();
  return {
    async put(tenant, job, image, error) {
      const name = `${tenant}/${job}`;
      jobs.set(name, new Map(jobs.get(name)).set(image, structuredClone(error)));
    },
    async list(tenant, job, { cursor, limit }) {
      const rows = [...(jobs.get(`${tenant}/${job}`) ?? [])].map(([image, error]) => ({ image, error }));
      const list = [tenant, 'errors', job];
      const page = pageOf(rows, ({ image }) => image, list, IMAGE_ID_PATTERN, cursor, limit, true);
      return { ...page, items: page.items.map(({ error }) => error) };
    },
  };
}
