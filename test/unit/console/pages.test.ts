import { expect, it } from 'vitest';
import { cacheControl, consoleHeaders, fileOfPath } from '../../../console/headers.ts';
import { navigationFor } from '../../../console/src/app/navigation.ts';
import { choiceParam, shareParam, textParam } from '../../../console/src/app/search-params.ts';
import { bytes, duration } from '../../../console/src/ui/format.ts';

it('lists the pages that a credential can use', () => {
  expect(navigationFor([], false)).toEqual([]);
  expect(navigationFor(['deeplens.search'], false).map(({ label }) => label)).not.toContain('Bring in');
  expect(navigationFor(['deeplens.search', 'deeplens.upload'], false).map(({ label }) => label)).toContain(
    'Bring in',
  );
  expect(navigationFor(['deeplens.admin'], false).map(({ to }) => to)).toContain('/audit');
  expect(navigationFor(['deeplens.metrics'], false).map(({ to }) => to)).not.toContain('/audit');
  const ofOperator = navigationFor([], true).map(({ to }) => to);
  expect(ofOperator.length).toBeGreaterThan(0);
  expect(ofOperator.filter((to) => !to.startsWith('/operator/'))).toEqual([]);
});

it('allows no script and no style but its own', () => {
  const policy = consoleHeaders({ storage: 'https://bucket.example' })['content-security-policy'];
  expect(policy).toContain("script-src 'self';");
  expect(policy).toContain("style-src 'self';");
  expect(policy).toContain("require-trusted-types-for 'script'");
  expect(policy).not.toContain('unsafe');
});

it('answers paths of the page with the page, files with themselves', () => {
  expect(fileOfPath('/')).toBe('/index.html');
  expect(fileOfPath('/library/img_01')).toBe('/index.html');
  expect(fileOfPath('/assets/index-a1.js')).toBe('/assets/index-a1.js');
  expect(cacheControl('/assets/index-a1.js')).toContain('immutable');
  expect(cacheControl('/index.html')).toBe('no-cache');
});

it('counts what is not valid in an address as absent', () => {
  const raw = { threshold: 2, other: '0.5', text: '', verdict: 'none' };
  expect(shareParam(raw, 'threshold')).toBeUndefined();
  expect(shareParam(raw, 'absent')).toBeUndefined();
  expect(shareParam(raw, 'other')).toBe(0.5);
  expect(textParam(raw, 'text')).toBeUndefined();
  expect(choiceParam(raw, 'verdict', ['exact'])).toBeUndefined();
});

it('writes sizes and durations in three digits', () => {
  expect([0, 999, 1_240, 56_700_000, 3.1e15].map(bytes)).toEqual([
    '0 B',
    '999 B',
    '1.24 kB',
    '56.7 MB',
    '3.10e+3 TB',
  ]);
  expect([5, 200, 7_300].map(duration)).toEqual(['5 s', '3 min', '2 h']);
});
