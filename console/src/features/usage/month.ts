import type { Usage } from '@deeplens/sdk';
import { forecast } from './forecast.ts';

/** What is counted of calls. */
export const COUNTERS = ['requests', 'searches', 'uploads'] as const;
export type Counter = (typeof COUNTERS)[number];

/** Values for each day of a month in UTC: what was, and what is expected at the rate so far. */
export interface MonthSeries {
  /** As `2026-11-30`. */
  days: string[];
  /** Null for days to come. */
  actual: (number | null)[];
  /** Null for days that are over. */
  expected: (number | null)[];
}

const DAY_MS = 86_400_000;

/** Returns the dates of a period. */
function daysOf({ starts_at, ends_at }: Usage): string[] {
  const [start, end] = [Date.parse(starts_at), Date.parse(ends_at)];
  return Array.from({ length: Math.round((end - start) / DAY_MS) }, (_, n) =>
    new Date(start + n * DAY_MS).toISOString().slice(0, 10),
  );
}

/** Returns how many a day are expected, as many as there were on average. */
function ratePerDay(usage: Usage, counter: Counter, now: number): number {
  const days = (Date.parse(usage.ends_at) - Date.parse(usage.starts_at)) / DAY_MS;
  return forecast(usage[counter], usage, now) / days;
}

/** Returns the calls of each day. @param now in ms */
export function callsByDay(usage: Usage, counter: Counter, now: number): MonthSeries {
  const days = daysOf(usage);
  const today = new Date(now).toISOString().slice(0, 10);
  const counted = new Map(usage.daily.map((day) => [day.date, day[counter]]));
  const rate = ratePerDay(usage, counter, now);
  return {
    days,
    actual: days.map((day) => (day <= today ? (counted.get(day) ?? 0) : null)),
    expected: days.map((day) => (day > today ? rate : null)),
  };
}

/**
 * Returns the images stored at the end of each day: today's number less what was uploaded since, as if nothing had been
 * deleted, and today's number with the uploads that are expected. @param now in ms
 */
export function storedByDay(usage: Usage, now: number): MonthSeries {
  const { days, actual: uploads } = callsByDay(usage, 'uploads', now);
  const actual = uploads.map((each, index) => {
    if (each === null) return null;
    const since = uploads.slice(index + 1).reduce<number>((sum, later) => sum + (later ?? 0), 0);
    return Math.max(0, usage.images_stored - since);
  });
  const last = actual.filter((each) => each !== null).length - 1;
  const rate = ratePerDay(usage, 'uploads', now);
  return {
    days,
    actual,
    // Begins at the last day's point, so that the line goes on.
    expected: days.map((_, index) =>
      index >= last && last + 1 < days.length ? usage.images_stored + rate * (index - last) : null,
    ),
  };
}

/** Returns when the quota of images is used up at the rate so far, in ms; undefined if it is not within a year. */
export function fullAt(usage: Usage, now: number): number | undefined {
  const rate = ratePerDay(usage, 'uploads', now);
  const days = (usage.limits.stored_images - usage.images_stored) / rate;
  return days >= 0 && days <= 365 ? now + days * DAY_MS : undefined;
}

/** Returns a month as the API names it, so many months later. */
export function monthAfter(period: string, months: number): string {
  const [year = 0, month = 1] = period.split('-').map(Number);
  return new Date(Date.UTC(year, month - 1 + months)).toISOString().slice(0, 7);
}
