import { beforeAll, describe, expect, it } from 'vitest';
import { newImageId, newJobId } from '#shared/kernel/ids.ts';
import { dynamoJobErrors } from '#shared/scans/dynamodb-job-errors.ts';
import type { JobErrors } from '#shared/scans/job-errors.ts';
import { memoryJobErrors } from '../../memory/job-errors.ts';
import { newTable } from '../emulator.ts';
import { newTenant } from '../samples.ts';

describe.each([
  ['memory', async () => memoryJobErrors()],
  ['DynamoDB', async () => dynamoJobErrors(await newTable('activity'))],
])('errors of jobs in %s', (_, open) => {
  let errors: JobErrors;
  beforeAll(async () => {
    errors = await open();
  });

  it('are listed page by page, each once, to the tenant alone', async () => {
    const [tenant, job] = [newTenant(), newJobId()];
    const images = Array.from({ length: 5 }, newImageId).sort();
    const errorOf = (i: number) => ({ path: `${i}.jpg`, code: 'truncated' as const, detail: 'It is cut.' });
    for (const [i, image] of images.entries()) await errors.put(tenant, job, image, errorOf(i));
    await errors.put(tenant, job, images[0] ?? newImageId(), errorOf(0));
    await errors.put(tenant, newJobId(), newImageId(), errorOf(9));
    const first = await errors.list(tenant, job, { limit: 3 });
    expect(first.items.map(({ path }) => path)).toEqual(['0.jpg', '1.jpg', '2.jpg']);
    const second = await errors.list(tenant, job, { limit: 3, cursor: first.nextCursor });
    expect(second).toEqual({ items: [errorOf(3), errorOf(4)] });
    expect((await errors.list(newTenant(), job, { limit: 3 })).items).toEqual([]);
    await expect(errors.list(tenant, job, { limit: 3, cursor: 'x' })).rejects.toMatchObject({
      code: 'invalid_cursor',
    });
  });
});
