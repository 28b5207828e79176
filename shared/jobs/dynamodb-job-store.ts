import { jobClaimKey, jobKey } from '#shared/aws/dynamodb-activity-keys.ts';
import type { Key } from '#shared/aws/dynamodb-keys.ts';
import { type Item, openTable, type TableOptions } from '#shared/aws/dynamodb-table.ts';
import { jobId } from '#shared/kernel/ids.ts';
import type { Job } from './job.ts';
import type { JobStore } from './job-store.ts';

/** A receipt can be looked up for a year and a month. */
const KEPT_MS = 400 * 24 * 3600 * 1000;

const jobItem = (job: Job): Item & Key => ({
  ...jobKey(job.job_id),
  ...job,
  expires_at: Math.ceil((Date.parse(job.started_at) + KEPT_MS) / 1000),
});

/** The cast: nothing but this adapter writes these items. */
function jobOf({ pk, sk, expires_at, ...job }: Item): Job {
  return job as unknown as Job;
}

/** Jobs in DynamoDB, in the table `activity`. */
export function dynamoJobStore(options: TableOptions): JobStore {
  const table = openTable(options);
  return {
    async create(job) {
      return table.put(jobItem(job), { ConditionExpression: 'attribute_not_exists(pk)' });
    },
    async get(job) {
      const item = await table.get(jobKey(job));
      return item && jobOf(item);
    },
    async save(job) {
      const saved = { ...job, version: job.version + 1 };
      const written = await table.put(jobItem(saved), {
        ConditionExpression: '#version = :read',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: { ':read': job.version },
      });
      return written ? saved : undefined;
    },
    async claim(subject, job, last) {
      return table.put(
        { ...jobClaimKey(subject), job_id: job },
        last === undefined
          ? { ConditionExpression: 'attribute_not_exists(pk)' }
          : { ConditionExpression: 'job_id = :last', ExpressionAttributeValues: { ':last': last } },
      );
    },
    async latest(subject) {
      const item = await table.get(jobClaimKey(subject));
      return item && jobId(String(item.job_id));
    },
  };
}
