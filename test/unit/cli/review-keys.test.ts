import { expect, it } from 'vitest';
import { pressed, startReview } from '../../../cli/src/duplicates/review-state.ts';
import { actionOf, KEYS } from '../../../console/src/features/duplicates/keys.ts';

const group = {
  group_id: 'grp_1',
  suggested_keeper: 'img_2',
  images: [1, 2, 3, 4, 5, 6].map((i) => ({ image_id: `img_${i}` })),
};
const state = startReview(group as never);
/** Names of keys as node:readline has them, where a browser's differ. */
const TERMINAL: Record<string, string> = { enter: 'return', arrowleft: 'left', arrowright: 'right' };
/** What the console does to the pictures that it shows. */
const OF_PICTURES = ['blink', 'zoom in', 'zoom out', 'fit'];

it('a review in the terminal has the console’s keys', () => {
  for (const { key } of KEYS) {
    const action = actionOf(key) ?? '';
    if (OF_PICTURES.includes(action)) continue;
    const { state: after, command } = pressed(state, TERMINAL[key] ?? key);
    if (action === 'legend') expect(after.help).toBe(true);
    else if (/^keep \d$/.test(action)) expect(after.keeper).toBe(`img_${action.slice(-1)}`);
    else expect(command?.action.replaceAll('_', ' ')).toBe(action);
  }
});

it('a key that keeps one keeps the chosen picture', () => {
  const { state: chosen } = pressed(state, '4');
  expect(pressed(chosen, 'return').command).toEqual({ action: 'keep_one', keeper: 'img_4' });
  expect(pressed(state, '9').state).toEqual(state);
  expect(pressed(state, 'x')).toEqual({ state });
});
