import { dirname } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { METRIC_NAMES, type MetricName, metricNamed } from '#shared/kernel/metrics.ts';
import { homeAt } from '../../infra/local/home.ts';
import { allLines } from '../../infra/local/log-lines.ts';
import { valuesOf } from '../../infra/local/metrics/emf.ts';
import { readStack } from '../e2e/stack.ts';

/** Metrics that the end-to-end tests do not bring about, and why. Unit tests emit each. */
const UNSEEN: Partial<Record<MetricName, string>> = {
  usage_unmetered_total: 'the bus would have to be away while a call is served',
  audit_altered_total: 'someone would have to change the audit log',
  audit_refusals_dropped_total: 'thousands of refusals within a minute',
  audit_outcomes_lost_total: 'a function would have to die while it changes something',
};

const counters = METRIC_NAMES.filter((name) => metricNamed(name).kind === 'counter');

/** Returns the sum of a counter over all of its series. */
const sumIn = (text: string, name: MetricName): number =>
  [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))].reduce(
    (sum, [, value]) => sum + Number(value),
    0,
  );

async function scrape(): Promise<string> {
  const reply = await fetch(new URL('/metrics', readStack().api_url));
  return reply.text();
}

/** Returns the sums of the counters in the lines that CloudWatch would read. */
async function sumsOfLines(): Promise<Record<string, number>> {
  const home = homeAt(dirname(process.env.DEEPLENS_TEST_STACK ?? ''));
  const sums: Record<string, number> = Object.fromEntries(counters.map((name) => [name, 0]));
  for (const line of await allLines(home, readStack().emulator_url))
    for (const { name, value } of valuesOf(JSON.stringify(line)))
      if (sums[name] !== undefined) sums[name] += value;
  return sums;
}

let text: string;
beforeAll(async () => {
  text = await scrape();
});

it.each(METRIC_NAMES.filter((name) => !UNSEEN[name]))('the tests have brought about %s', (name) => {
  expect(text).toMatch(new RegExp(`^# TYPE ${name} `, 'm'));
});

it('the scrape and the lines have the same sums', async () => {
  // Scheduled functions go on while it is read: a sum may grow between the two.
  await expect
    .poll(
      async () => {
        const [before, sums, after] = [await scrape(), await sumsOfLines(), await scrape()];
        return counters.filter(
          (name) => !(sumIn(before, name) <= (sums[name] ?? 0) && (sums[name] ?? 0) <= sumIn(after, name)),
        );
      },
      { timeout: 120_000, interval: 5_000 },
    )
    .toEqual([]);
}, 180_000);
