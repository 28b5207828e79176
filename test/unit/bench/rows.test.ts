import { expect, test } from 'vitest';
import { imageLibrary } from '../../bench/search/library.ts';
import type { IndexFigures } from '../../bench/search/measure-index.ts';
import { growthRows, indexRows, searchTable } from '../../bench/search/rows.ts';
import { querySetsOf } from '../../bench/search/truth.ts';

const querySets = querySetsOf(imageLibrary(1_000, 1));
const latency = (p50: number) => ({ p50, p95: 2 * p50, perSecond: 1000 / p50 });

const figures = (vectors: number, p50: number, copy = 1): IndexFigures => ({
  index: 'lancedb',
  vectors,
  loaded: 1_000,
  bytes: 4_096 * vectors,
  tenants: querySets.map((each) => ({
    querySet: each,
    recall: { semantic: 1, copy },
    oneCaller: latency(p50),
    manyCallers: latency(8 * p50),
  })),
});
const goals = (rows: readonly { goal?: string }[]) => new Set(rows.flatMap(({ goal }) => goal ?? []));

test('judges recall by the worse vector, and only in large libraries', () => {
  expect(goals(indexRows(figures(100_000, 1, 0.979)))).toEqual(new Set(['≥ 0.98: missed']));
  expect(goals(indexRows(figures(100_000, 1, 0.98)))).toEqual(new Set(['≥ 0.98: met']));
  expect(goals(indexRows(figures(10_000, 1, 0.5)))).toEqual(new Set());
});

test('compares the largest library with the smallest, whatever the order of measurement', () => {
  const [small, middle, large] = [figures(1_000, 2), figures(10_000, 9), figures(100_000, 5)];
  const rows = growthRows([large, small, middle]);
  expect(rows.map(({ what }) => what)).toEqual([
    'lancedb, 1 000 to 100 000: tenant of 100 documents',
    'lancedb, 1 000 to 100 000: tenant of 10 %',
  ]);
  expect(goals(rows)).toEqual(new Set(['≤ 2 ×: 2.50, missed']));
  expect(goals(growthRows([small, figures(100_000, 4)]))).toEqual(new Set(['≤ 2 ×: 2.00, met']));
  expect(growthRows([small])).toEqual([]);
});

test('renders every column and the reference of each row', () => {
  const lines = searchTable(indexRows(figures(100_000, 1))).split('\n');
  expect(new Set(lines.map((line) => line.split('|').length)).size).toBe(1);
  expect(new Set(lines.map((line) => line.length)).size).toBe(1);
  expect(lines.filter((line) => line.includes('exact scan:'))).toHaveLength(querySets.length);
});
