import { jobClaimKey, jobEntryKey, jobEntryPartition, jobKey } from '#shared/aws/dynamodb-activity-keys.ts';
import { itemReader } from '#shared/aws/dynamodb-item.ts';
import type { Key } from '#shared/aws/dynamodb-keys.ts';
import { type Item, openTable, type TableOptions } from '#shared/aws/dynamodb-table.ts';
import { decodeCursor, encodeCursor } from '#shared/kernel/cursor.ts';
import { JOB_ID_PATTERN, type JobId, jobId, type TenantId } from '#shared/kernel/ids.ts';
import { type Job, JobSchema } from './job.ts';
import type { JobFilter, JobStore } from './job-store.ts';

/** A receipt can be read for 400 days. */
const RETENTION_MS = 400 * 24 * 3600 * 1000;

const readJob = itemReader('activity', JobSchema);
const expiryOf = ({ started_at }: Job) => ({
  expires_at: Math.ceil((Date.parse(started_at) + RETENTION_MS) / 1000),
});
const jobItem = (job: Job): Item & Key => ({ ...jobKey(job.job_id), ...job, ...expiryOf(job) });

const isWanted = (job: Job, { kind, status }: JobFilter): boolean =>
  (kind === undefined || job.kind === kind) && (status === undefined || job.status === status);

/** Jobs in DynamoDB, in the table `activity`. */
export function dynamoJobStore(options: TableOptions): JobStore {
  const table = openTable(options);

  async function get(job: JobId): Promise<Job | undefined> {
    const item = await table.get(jobKey(job));
    return item && readJob(item);
  }

  /** Yields ids from the newest on, in batches. */
  async function* idsOf(owner: TenantId | undefined, after: JobId | undefined, size: number) {
    const entries = table.query({
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': jobEntryPartition(owner) },
      ScanIndexForward: false,
      Limit: size,
      ...(after !== undefined && { ExclusiveStartKey: jobEntryKey(owner, after) }),
    });
    let batch: JobId[] = [];
    for await (const { job_id } of entries) {
      batch.push(jobId(String(job_id)));
      if (batch.length < size) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
  }

  return {
    get,
    async create(job) {
      const entry = (owner: TenantId | undefined) => ({
        Put: { Item: { ...jobEntryKey(owner, job.job_id), job_id: job.job_id, ...expiryOf(job) } },
      });
      return table.writeTogether([
        { Put: { Item: jobItem(job), ConditionExpression: 'attribute_not_exists(pk)' } },
        entry(undefined),
        ...(job.owner === undefined ? [] : [entry(job.owner)]),
      ]);
    },
    async getOwned(owner, job) {
      const entry = await table.get(jobEntryKey(owner, job));
      return entry && get(job);
    },
    async list(filter, { cursor, limit }) {
      const { owner, kind, status } = filter;
      const name = ['jobs', owner, kind, status];
      const after = cursor === undefined ? undefined : jobId(decodeCursor(name, cursor, JOB_ID_PATTERN));
      const items: Job[] = [];
      for await (const ids of idsOf(owner, after, limit + 1)) {
        const read = (await table.getMany(ids.map(jobKey))).map(readJob);
        const jobs = new Map(read.map((job) => [job.job_id, job]));
        for (const id of ids) {
          const job = jobs.get(id);
          if (!job || !isWanted(job, filter)) continue;
          const last = items.at(-1);
          if (last && items.length === limit) return { items, nextCursor: encodeCursor(name, last.job_id) };
          items.push(job);
        }
      }
      return { items };
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
