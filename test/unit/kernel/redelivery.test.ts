import { expect, it } from 'vitest';
import { Problem } from '#shared/kernel/problems.ts';
import { backoffSeconds, isGivenUp, isOutage, MAX_RECEIVES } from '#shared/kernel/redelivery.ts';

it('doubles the backoff after each attempt, up to fifteen minutes', () => {
  expect([1, 2, 3, 4, 5, 8, 9, 30].map(backoffSeconds)).toEqual([5, 10, 20, 40, 80, 640, 900, 900]);
});

it('outlasts an outage of six hours, and ends before what waits is a day old', () => {
  const waits = Array.from({ length: MAX_RECEIVES - 1 }, (_, index) => backoffSeconds(index + 1));
  const hours = waits.reduce((sum, seconds) => sum + seconds, 0) / 3_600;
  expect(hours).toBeGreaterThan(6);
  expect(hours).toBeLessThan(12);
});

it('tells the outage of a dependency from a fault of the program', () => {
  const away = new Problem('dependency_unavailable', 'away');
  const fault = new Problem('internal_error', 'a fault');
  expect([away, fault, new TypeError('a fault')].map(isOutage)).toEqual([true, false, false]);
  expect([away, fault].map((error) => isGivenUp(error, 5))).toEqual([false, true]);
  expect(isGivenUp(fault, 4)).toBe(false);
});
