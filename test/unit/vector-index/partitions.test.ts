import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TENANT_ID_PATTERN, tenantId } from '#shared/kernel/ids.ts';
import { homeOf, parseSpaceName, spaceName } from '#shared/vector-index/partitions.ts';

const models = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,12}$/);
const tenants = fc.stringMatching(TENANT_ID_PATTERN).map(tenantId);

describe('the name of a space', () => {
  it('says the model, the number and the tenant, whatever they are called', () => {
    fc.assert(
      fc.property(
        models,
        fc.integer({ min: 1, max: 10 ** 7 }),
        fc.option(tenants),
        (model, number, tenant) => {
          const name = spaceName(model, number, tenant ?? undefined);
          expect(parseSpaceName(model, name)).toEqual({ number, tenant: tenant ?? undefined });
        },
      ),
    );
  });

  it('is never taken for one of another model', () => {
    fc.assert(
      fc.property(models, models, fc.nat(), fc.option(tenants), (model, other, number, tenant) => {
        fc.pre(model !== other);
        expect(parseSpaceName(other, spaceName(model, number, tenant ?? undefined))).toBeUndefined();
      }),
    );
    expect(parseSpaceName('a', 'images-a')).toBeUndefined();
    expect(parseSpaceName('a', 'images-a.next')).toBeUndefined();
  });
});

it('says that a model without a space may come later', () => {
  expect(() => homeOf({ model: 'a', last: 0, spaces: [] }, tenantId('alice'))).toThrow(
    expect.objectContaining({ code: 'dependency_unavailable' }),
  );
});
