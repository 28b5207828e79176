import { expect, it } from 'vitest';
import { callsByDay, fullAt, monthAfter, storedByDay } from '../../../console/src/features/usage/month.ts';

const NOW = Date.parse('2026-11-11T00:00:00Z');
const usage = {
  period: '2026-11',
  starts_at: '2026-11-01T00:00:00Z',
  ends_at: '2026-12-01T00:00:00Z',
  requests: 100,
  searches: 40,
  uploads: 20,
  images_stored: 50,
  storage_bytes: 1_000,
  limits: {
    ...{ requests: 100, searches: 50, searches_per_person: 50, uploads: 5 },
    ...{ stored_images: 60, storage_bytes: 1e9, vectors: 4_000, endpoints: {} },
  },
  daily: [
    { date: '2026-11-02', requests: 90, searches: 40, uploads: 15 },
    { date: '2026-11-11', requests: 10, searches: 0, uploads: 5 },
  ],
};

it('gives each day of a month its calls, and expects the average of those to come', () => {
  const { days, actual, expected } = callsByDay(usage, 'requests', NOW);
  expect(days).toHaveLength(30);
  expect(actual.slice(0, 4)).toEqual([0, 90, 0, 0]);
  expect(actual.slice(9, 12)).toEqual([0, 10, null]);
  expect(expected[10]).toBeNull();
  expect(expected[11]).toBe(10);
});

it('counts back what was stored, and forth what will be', () => {
  const { actual, expected } = storedByDay(usage, NOW);
  expect(actual.slice(0, 3)).toEqual([30, 45, 45]);
  expect(actual[10]).toBe(50);
  expect(actual[11]).toBeNull();
  expect(expected.slice(9, 12)).toEqual([null, 50, 52]);
});

it('expects nothing of a month that is over', () => {
  const after = Date.parse('2027-01-05T00:00:00Z');
  expect(storedByDay(usage, after).expected.filter((each) => each !== null)).toEqual([]);
  expect(callsByDay(usage, 'uploads', after).expected.filter((each) => each !== null)).toEqual([]);
});

it('says when the quota is used up, within a year', () => {
  expect(fullAt(usage, NOW)).toBe(NOW + 5 * 86_400_000);
  expect(fullAt({ ...usage, uploads: 0 }, NOW)).toBeUndefined();
  expect(fullAt({ ...usage, images_stored: 70 }, NOW)).toBeUndefined();
});

it('names the months around a month', () => {
  expect(monthAfter('2026-12', 1)).toBe('2027-01');
  expect(monthAfter('2026-01', -1)).toBe('2025-12');
});
