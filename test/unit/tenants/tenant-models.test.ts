import { describe, expect, test } from 'vitest';
import { modelsOf, withFilled, withFilling, withoutFilling } from '#shared/tenants/tenant-models.ts';

const AT = '2026-03-01T00:00:00.000Z';
const installed = ['first', 'second', 'third'] as const;

describe('the models of a tenant', () => {
  test('default to the service’s first and exclude models that are not installed', () => {
    expect(modelsOf({}, installed)).toEqual({ chosen: ['first'], filling: {} });
    expect(modelsOf({ settings: { models: ['gone'] } }, installed).chosen).toEqual(['first']);
    expect(modelsOf({ settings: { models: ['third', 'gone', 'first'] } }, installed).chosen).toEqual([
      'third',
      'first',
    ]);
  });

  test('are filled before they become complete', () => {
    const before = modelsOf({}, installed);
    const filling = withFilling(before, 'second', AT);
    expect(filling).toEqual({ chosen: ['first'], filling: { second: AT } });
    expect(withFilling(filling, 'second', '2027-01-01T00:00:00.000Z')).toEqual(filling);
    expect(withFilling(before, 'first', AT)).toEqual(before);
    expect(withFilled(filling, 'second', true)).toEqual({ chosen: ['second', 'first'], filling: {} });
    expect(withFilled(filling, 'second', false)).toEqual({ chosen: ['first', 'second'], filling: {} });
    expect(withoutFilling(filling, 'second')).toEqual(before);
  });

  test('swap places when another complete model becomes the default', () => {
    const both = { chosen: ['first', 'second'], filling: { third: AT } };
    const swapped = withFilled(both, 'second', true);
    expect(swapped).toEqual({ chosen: ['second', 'first'], filling: { third: AT } });
    expect(withFilled(swapped, 'first', true)).toEqual(both);
  });
});
