import { expect, it } from 'vitest';
import { tenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { preparedIndex } from '#shared/search/prepared-index.ts';
import { memoryVectorIndex } from '../../memory/vector-index.ts';

const tenant = tenantId('other');
const query = { semantic: new Float32Array([1, 0]), copy: new Float32Array([0, 1]), k: 5 };

it('finds nothing by a model without images, and prepares it once', async () => {
  const memory = memoryVectorIndex();
  let calls = 0;
  const index = preparedIndex({
    ...memory,
    prepare: (model, dimension) => {
      calls += 1;
      return memory.prepare(model, dimension);
    },
  });
  const searches = Array.from({ length: 3 }, () => index.search(tenant, 'fresh', query));
  expect(await Promise.all(searches)).toEqual([[], [], []]);
  await index.search(tenant, 'fresh', query);
  expect(calls).toBe(1);
});

it('fails a call while the index is unavailable, and answers the next', async () => {
  const memory = memoryVectorIndex();
  const down = new Problem('dependency_unavailable', 'The vector index is unavailable.');
  let available = false;
  const index = preparedIndex({
    ...memory,
    prepare: async (...model) => (available ? memory.prepare(...model) : Promise.reject(down)),
  });
  await expect(index.search(tenant, 'fresh', query)).rejects.toBe(down);
  available = true;
  expect(await index.search(tenant, 'fresh', query)).toEqual([]);
});
