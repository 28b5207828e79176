import type { Image } from '@deeplens/sdk';
import { expect, it } from 'vitest';
import { groupFailed } from '../../../console/src/features/pipeline/group-failed.ts';
import { rateOf } from '../../../console/src/features/pipeline/stage-rates.ts';

it('measures how fast pictures pass each stage', () => {
  const samples = [
    { at: 0, byStatus: { uploaded: 10, indexed: 5 } },
    { at: 10_000, byStatus: { uploaded: 4, validated: 1, processed: 2, indexed: 8 } },
  ];
  expect(rateOf('validation', samples)).toBeCloseTo(0.6);
  expect(rateOf('embedding', samples)).toBeCloseTo(0.5);
  expect(rateOf('indexing', samples)).toBeCloseTo(0.3);
  expect(rateOf('duplicates', samples)).toBeUndefined();
  expect(rateOf('validation', samples.slice(1))).toBeUndefined();
  // Pictures that were deleted meanwhile are no negative rate.
  expect(
    rateOf(
      'indexing',
      samples.toReversed().map((each, n) => ({ ...each, at: n * 1000 })),
    ),
  ).toBe(0);
});

it('groups failures by stage and code', () => {
  const failed = (stage: string, code: string, retryable: boolean) =>
    ({ failure: { stage, code, detail: `${code}.`, retryable, attempts: 1 } }) as Image; // the rest is not read
  const groups = groupFailed([
    failed('embedding', 'timeout', true),
    failed('validation', 'truncated', false),
    failed('validation', 'truncated', false),
  ]);
  expect(groups.map(({ stage, code, retryable, images }) => [stage, code, retryable, images.length])).toEqual(
    [
      ['validation', 'truncated', false, 2],
      ['embedding', 'timeout', true, 1],
    ],
  );
});
