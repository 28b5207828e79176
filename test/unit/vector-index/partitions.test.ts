import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TENANT_ID_PATTERN, tenantId } from '#shared/kernel/ids.ts';
import { parsePartitionName, partitionName, servingPartition } from '#shared/vector-index/partitions.ts';

const models = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,12}$/);
const tenants = fc.stringMatching(TENANT_ID_PATTERN).map(tenantId);

describe('the name of a partition', () => {
  it('contains the model, the number and the tenant', () => {
    fc.assert(
      fc.property(
        models,
        fc.integer({ min: 1, max: 10 ** 7 }),
        fc.option(tenants),
        (model, number, tenant) => {
          const name = partitionName(model, number, tenant ?? undefined);
          expect(parsePartitionName(model, name)).toEqual({ number, tenant: tenant ?? undefined });
        },
      ),
    );
  });

  it('never parses as a partition of another model', () => {
    fc.assert(
      fc.property(models, models, fc.nat(), fc.option(tenants), (model, other, number, tenant) => {
        fc.pre(model !== other);
        expect(parsePartitionName(other, partitionName(model, number, tenant ?? undefined))).toBeUndefined();
      }),
    );
    expect(parsePartitionName('a', 'images-a')).toBeUndefined();
    expect(parsePartitionName('a', 'images-a.next')).toBeUndefined();
  });
});

it('reports a model without a partition as unavailable for now', () => {
  expect(() => servingPartition({ model: 'a', last: 0, partitions: [] }, tenantId('alice'))).toThrow(
    expect.objectContaining({ code: 'dependency_unavailable' }),
  );
});
