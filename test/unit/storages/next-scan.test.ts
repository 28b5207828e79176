import { describe, expect, it } from 'vitest';
import { newStorageId } from '#shared/kernel/ids.ts';
import { nextScanAt } from '#shared/storages/next-scan.ts';

const HOUR = 3_600_000;
const AFTER = new Date('2026-11-02T10:00:00.000Z');

describe('nextScanAt', () => {
  it('is within one period, and then once in each', () => {
    for (let count = 0; count < 200; count++) {
      const [storage, schedule] = [newStorageId(), { every_hours: 1 + count }];
      const first = nextScanAt(storage, schedule, AFTER);
      const wait = Date.parse(first) - AFTER.getTime();
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(schedule.every_hours * HOUR);
      const second = nextScanAt(storage, schedule, new Date(first));
      const period = Date.parse(second) - Date.parse(first);
      expect(Math.abs(period - schedule.every_hours * HOUR)).toBeLessThanOrEqual(1);
    }
  });

  it('spreads locations over the period', () => {
    const hours = new Set(
      Array.from({ length: 200 }, () => nextScanAt(newStorageId(), { every_hours: 24 }, AFTER).slice(0, 13)),
    );
    expect(hours.size).toBeGreaterThan(20);
  });
});
