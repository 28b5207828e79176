import type { Image } from '@deeplens/sdk';
import { expect, it } from 'vitest';
import { groupFailed } from '../../../console/src/features/pipeline/group-failed.ts';

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
