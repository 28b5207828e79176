import { expect, it } from 'vitest';
import { overridesOf, typedLimits } from '../../../console/src/features/operator/limits.ts';

it('replaces the limits that are typed, and keeps those of endpoints', () => {
  const before = { searches: 10, endpoints: { 'POST /v1/search/similarity': 5 } };
  const typed = typedLimits(before);
  expect(typed).toMatchObject({ searches: '10', requests: '' });
  expect(overridesOf({ ...typed, requests: ' 200 ', searches: '' }, before)).toEqual({
    requests: 200,
    endpoints: before.endpoints,
  });
});

it.each(['-1', '1.5', 'many', '1e3'])('names the limit that is no whole number: %s', (text) => {
  expect(overridesOf({ ...typedLimits({}), uploads: text }, {})).toBe('uploads');
});
