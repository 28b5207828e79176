import { expect, test } from 'vitest';
import { costRows } from '../../bench/costs/ingest.ts';
import { boundRow, type CostRow, costTable, ratioRow } from '../../bench/costs/row.ts';

const bare = { validation: 30, embedding: 20, detect: 4, index: 3 };
const named = (rows: readonly CostRow[], start: string) => rows.find(({ what }) => what.startsWith(start));

test('compares each function with its own reference, and all with the bare libraries', () => {
  const costs = new Map([
    ['validate-image', 60],
    ['gpu-worker', 21],
    ['detect-duplicates', 20],
    ['index-image', 9],
    ['archive-events', 10],
    ['meter-usage', 5],
  ]);
  const rows = costRows(costs, bare);
  expect(named(rows, 'validate-image')).toMatchObject({
    measured: '60 ms, 2.00 ×',
    goal: '≤ 1.3 ×',
    met: false,
  });
  expect(named(rows, 'gpu-worker')).toMatchObject({ measured: '21 ms, 1.05 ×', met: true });
  expect(named(rows, 'detect-duplicates')).toMatchObject({ met: true });
  expect(named(rows, 'index-image')).toMatchObject({ measured: '9.0 ms', goal: '≤ 8 ms', met: false });
  expect(named(rows, 'all other functions')).toMatchObject({
    measured: '15.0 ms',
    reference: 'archive-events 10.0, meter-usage 5.0',
    met: true,
  });
  expect(named(rows, 'all functions')).toMatchObject({ measured: '125 ms, 2.50 ×', met: true });
});

test('marks the rows that miss their goal, from below and from above', () => {
  const bound = (measured: number, goal: { most: number } | { least: number }) =>
    boundRow('rate', measured, { goal, unit: 'a second', reference: 'itself' }).met;
  expect([bound(10, { least: 10 }), bound(9.9, { least: 10 })]).toEqual([true, false]);
  expect([bound(10, { most: 10 }), bound(10.1, { most: 10 })]).toEqual([true, false]);
  const missed = ratioRow('slow', [3, 1], { most: 2, of: 'bare' });
  const [, , line = ''] = costTable([missed]).split('\n');
  expect(line).toContain('| ≤ 2 ×: MISSED |');
  expect(line).toContain('| bare: 1.0 ms ');
});
