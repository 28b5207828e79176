import type { DuplicateGroup } from '@deeplens/sdk';
import { describe, expect, it } from 'vitest';
import { factsOf, reclaimable } from '../../../console/src/features/duplicates/group-facts.ts';
import { actionOf, chosenBy, KEYS } from '../../../console/src/features/duplicates/keys.ts';

const member = (
  image_id: string,
  file_path: string,
  file_size: number,
): DuplicateGroup['images'][number] => ({
  image_id,
  verdict: 'exact',
  confidence: 1,
  file_path,
  storage_location: 'uploads',
  thumbnail_url: 'https://api.example.com/t',
  width: 10,
  height: 10,
  file_size,
});
const group: DuplicateGroup = {
  group_id: 'grp_1',
  verdict: 'exact',
  confidence: 1,
  suggested_keeper: 'img_a',
  keeper_reason: 'largest file',
  decided: false,
  images: [
    member('img_a', 'x/one.jpg', 30),
    member('img_b', 'y/one.jpg', 20),
    member('img_c', 'z/one.jpg', 5),
  ],
};

describe('the keys of the queue', () => {
  it('are each of one action, and each action is in the legend or beside one that is', () => {
    expect(new Set(KEYS.map(({ key }) => key)).size).toBe(KEYS.length);
    for (const { key, action } of KEYS) expect(actionOf(key.toUpperCase())).toBe(action);
    const explained = KEYS.filter(({ legend }) => legend).map(({ action }) => action);
    for (const { action } of KEYS)
      expect(explained.includes(action) || chosenBy(action) !== undefined, action).toBe(true);
  });

  it('choose pictures from the first on', () => {
    expect(chosenBy('keep 1')).toBe(0);
    expect(chosenBy('keep 6')).toBe(5);
    expect(chosenBy('keep all')).toBeUndefined();
    expect(actionOf('x')).toBeUndefined();
  });
});

it('marks the facts in which the pictures of a group differ, and leaves out what none has', () => {
  const rows = new Map(factsOf(group, new Map()).map((row) => [row.label, row]));
  expect(rows.get('Name')).toMatchObject({ differs: false });
  expect(rows.get('Folder')).toMatchObject({ differs: true, values: ['x/', 'y/', 'z/'] });
  expect(rows.get('Size')).toMatchObject({ differs: true, values: ['30 B', '20 B', '5 B'] });
  expect(rows.has('Camera')).toBe(false);
});

it('wins the bytes of all but the one that is kept', () => {
  expect(reclaimable(group)).toBe(25);
  expect(reclaimable(group, 'img_c')).toBe(50);
});
