import { ApiError, ConnectionError, type ProblemCode } from '@deeplens/sdk';
import { expect, it } from 'vitest';
import { filtersOf, keptOf } from '../../../console/src/features/search/filters.ts';
import { asCurl } from '../../../console/src/features/search/snippet.ts';
import { describeError } from '../../../console/src/ui/describe-error.ts';

it('gives the API the filters of the address, without what is none', () => {
  expect(filtersOf({})).toBeUndefined();
  expect(filtersOf({ after: 'soon', metadata: ' , =, none' })).toBeUndefined();
  expect(filtersOf({ format: 'png', metadata: 'sku=A=1, shop = north' })).toEqual({
    format: 'png',
    metadata: { sku: 'A=1', shop: 'north' },
  });
});

it('takes both days as a whole, in local time', () => {
  const { created_after = '', created_before = '' } =
    filtersOf({ after: '2026-11-30', before: '2026-11-30' }) ?? {};
  expect(Date.parse(created_after)).toBe(new Date(2026, 10, 30).getTime());
  expect(Date.parse(created_before)).toBe(new Date(2026, 11, 1).getTime() - 1);
});

it('shows filters as code, and keeps them for the next picture', () => {
  const filters = filtersOf({ format: 'png' });
  expect(asCurl('https://a.example', { image: 'img_1', threshold: 0, filters })).toContain(
    '"filters":{"format":"png"}',
  );
  expect(asCurl('https://a.example', { image: 'img_1', threshold: 0, best: true })).toContain(
    '"deduplicate":true',
  );
  const address = { image: 'img_1', region: '0,0,1,1', threshold: 0.5, best: true, format: 'png' } as const;
  expect(keptOf(address)).toEqual({ threshold: 0.5, best: true, format: 'png' });
});

const refusal = (code: string) =>
  new ApiError({
    ...{ method: 'GET', path: '/', status: 403, headers: new Headers(), body: undefined, rateLimit: {} },
    retryAfter: undefined,
    problem: { code: code as ProblemCode, detail: 'No.' }, // a newer service has others
  });

it('says what to do about an error, where its detail does not', () => {
  expect(describeError(refusal('missing_scope')).whatToDo).toContain('administrator');
  expect(describeError(refusal('of_a_newer_service')).whatToDo).toBeUndefined();
  expect(describeError(new ConnectionError('reset')).whatToDo).toContain('connection');
});
