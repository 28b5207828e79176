import { expect, it } from 'vitest';
import { groupFailures, secondsLeft } from '../../../console/src/features/upload/failures.ts';
import { isPicture } from '../../../console/src/features/upload/is-picture.ts';
import { forecast } from '../../../console/src/features/usage/forecast.ts';

it('sends pictures, and leaves hidden files and what is none by its name', () => {
  expect(['a.jpg', 'b/c.JPEG', 'd.heic', 'e.NEF'].every(isPicture)).toBe(true);
  expect(['a.txt', '.thumb.jpg', 'b/.cache/c.jpg', 'jpg', 'a.jpg.part'].some(isPicture)).toBe(false);
});

it('groups failures by code, the most frequent first, and says what to do', () => {
  const failure = (path: string, code: string, retryable = false) => ({
    path,
    code,
    detail: `${code}!`,
    retryable,
  });
  const groups = groupFailures([
    failure('a', 'unheard_of', true),
    failure('b', 'truncated'),
    failure('c', 'truncated'),
    failure('d', 'odd'),
  ]);
  expect(groups.map(({ code, failures }) => [code, failures.length])).toEqual([
    ['truncated', 2],
    ['unheard_of', 1],
    ['odd', 1],
  ]);
  expect(groups.map(({ whatToDo }) => whatToDo)).toEqual([
    expect.stringContaining('replace it'),
    'Retry.',
    expect.stringContaining('replace it'),
  ]);
});

it('knows no time left before bytes were sent', () => {
  expect(secondsLeft(0, 100, 5_000)).toBeUndefined();
  expect(secondsLeft(50, 100, 100)).toBeUndefined();
  expect(secondsLeft(50, 150, 5_000)).toBe(10);
});

it('expects of the rest of a month what its days so far had', () => {
  const month = { starts_at: '2026-11-01T00:00:00Z', ends_at: '2026-12-01T00:00:00Z' };
  expect(forecast(100, month, Date.parse('2026-11-11T00:00:00Z'))).toBe(300);
  expect(forecast(100, month, Date.parse('2027-01-01T00:00:00Z'))).toBe(100);
  expect(forecast(7, month, Date.parse(month.starts_at))).toBe(7);
});
