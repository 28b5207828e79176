import * as z from 'zod';
import { jobErrorKey, jobErrorPartition, jobErrorPrefix } from '#shared/aws/dynamodb-activity-keys.ts';
import { itemReader } from '#shared/aws/dynamodb-item.ts';
import { readPage } from '#shared/aws/dynamodb-page.ts';
import { openTable, type TableOptions } from '#shared/aws/dynamodb-table.ts';
import { ImageIdField } from '#shared/kernel/id-fields.ts';
import { IMAGE_ID_PATTERN, imageId } from '#shared/kernel/ids.ts';
import { PROBLEM_CODES } from '#shared/kernel/problems.ts';
import type { JobErrors } from './job-errors.ts';

/** Milliseconds for which errors are kept. */
const KEPT = 30 * 24 * 3_600_000;

const readError = itemReader(
  'activity',
  z.object({ image_id: ImageIdField, path: z.string(), code: z.enum(PROBLEM_CODES), detail: z.string() }),
);

/** Errors of jobs in the table `activity`. */
export function dynamoJobErrors(options: TableOptions): JobErrors {
  const table = openTable(options);
  return {
    async put(tenant, job, image, error) {
      const expires_at = Math.ceil((Date.now() + KEPT) / 1000);
      await table.put({ ...jobErrorKey(tenant, job, image), image_id: image, ...error, expires_at });
    },
    async list(tenant, job, page) {
      const { items, nextCursor } = await readPage(
        table,
        {
          name: [tenant, 'errors', job],
          ascending: true,
          positionPattern: IMAGE_ID_PATTERN,
          positionOf: ({ image_id }) => image_id,
          keyAt: (position) => jobErrorKey(tenant, job, imageId(position)),
          entryOf: readError,
          query: {
            KeyConditionExpression: 'pk = :pk AND begins_with(sk, :job)',
            ExpressionAttributeValues: { ':pk': jobErrorPartition(tenant), ':job': jobErrorPrefix(job) },
          },
        },
        page,
      );
      return {
        items: items.map(({ path, code, detail }) => ({ path, code, detail })),
        ...(nextCursor !== undefined && { nextCursor }),
      };
    },
  };
}
