import { expect, it } from 'vitest';
import { lettering, textWidth } from '../../eval/lettering.ts';

const strokes = (text: string): string | undefined =>
  /d="([^"]*)"/.exec(lettering(text, 0, 0, 7, { ink: '#000000' }))?.[1];

it('draws every letter and digit differently', () => {
  const drawn = [...'ABCDEFGHIJKLMNPQRSTUVWXYZ0123456789'].map(strokes);
  expect(new Set(drawn).size).toBe(35);
  expect(drawn).not.toContain('');
});

it('draws lower case as capitals, and nothing for a space', () => {
  expect(strokes('a')).toBe(strokes('A'));
  expect(strokes(' ')).toBe('');
});

it('joins dots, and cuts no corner', () => {
  expect(strokes('L')).toContain('M0 6l1 0');
  expect(strokes('L')).not.toContain('l1 1');
  expect(strokes('X')).toContain('l1 1');
});

it('is as wide as its letters and the gaps between them', () => {
  expect(textWidth('AB', 7)).toBe(11);
});
