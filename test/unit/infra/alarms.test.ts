import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { AlarmRow, Samples } from '../../../infra/alarms/alarm-row.ts';
import { ownMetric } from '../../../infra/alarms/alarm-row.ts';
import { alarmsOfAllKinds } from '../../../infra/alarms/all-kinds.ts';
import { burnRates } from '../../../infra/alarms/objective-alarms.ts';
import { exampleEnvironment } from './example.ts';
import { evaluate } from './metric-math.ts';
import { synthesize } from './synthesized.ts';

const rows = alarmsOfAllKinds();

/** Evaluates an alarm as CloudWatch does at the end of the samples: all of the last periods must be above. */
function isInAlarm({ metric, above, periods, missing }: AlarmRow, samples: Samples): boolean {
  const expression = metric instanceof MathExpression ? metric.expression : 'value';
  const values = evaluate(expression, samples).slice(-periods);
  const isBreaching = (value: number | null) => (value === null ? missing === 'breaching' : value > above);
  return values.length === periods && values.every(isBreaching);
}

describe.each(rows.map((row) => [row.name, row] as const))('the alarm %s', (_, row) => {
  it('fires with its sample, and not with the other', () => {
    expect(isInAlarm(row, row.fires)).toBe(true);
    expect(isInAlarm(row, row.quiet)).toBe(false);
  });

  it('samples the metrics that it reads', () => {
    const names = row.metric instanceof MathExpression ? Object.keys(row.metric.usingMetrics) : ['value'];
    expect(Object.keys(row.fires).sort()).toEqual(names.sort());
    expect(Object.keys(row.quiet).sort()).toEqual(names.sort());
  });
});

it('has the four that the service is to have, exactly', () => {
  const four = rows.flatMap(({ name, severity, above, periods, metric }) =>
    /^[A-Z].*(Rate|Time|Backlog|Down)$/.test(name)
      ? { name, severity, above, minutes: periods * (metric.period?.toMinutes() ?? 1) }
      : [],
  );
  expect(four).toEqual([
    { name: 'HighErrorRate', severity: 'page', above: 5, minutes: 2 },
    { name: 'HighResponseTime', severity: 'ticket', above: 1, minutes: 5 },
    { name: 'FeatureExtractionBacklog', severity: 'ticket', above: 1_000, minutes: 5 },
    { name: 'VectorDatabaseDown', severity: 'page', above: 0.5, minutes: 1 },
  ]);
});

it('pages when the budget of availability burns 14.4 times too fast over 1 h and 5 min, or 6 times over 6 h and 30 min', () => {
  const parts = rows
    .filter(({ partOf }) => partOf)
    .map(({ partOf, above, metric }) => [partOf, above, metric.period?.toMinutes()]);
  expect(parts).toEqual([
    ['availability-burns-fast', 0.0144, 60],
    ['availability-burns-fast', 0.0144, 5],
    ['availability-burns', 0.006, 360],
    ['availability-burns', 0.006, 30],
  ]);
  expect(burnRates().map(({ severity }) => severity)).toEqual(['page', 'page']);
});

it('refuses a metric of ours that is not emitted so', () => {
  expect(() => ownMetric('http_requests_total', { route: 'search' })).toThrow('not emitted by route');
  expect(() => ownMetric('worker_batches_total', { provider: 'tpu' })).toThrow('no provider tpu');
});

/** Alarms that scale the workers have no name. */
const Named = z.object({
  AlarmName: z.string().default('scaling'),
  AlarmActions: z.unknown().array().default([]),
});
const Composite = z.object({ AlarmName: z.string(), AlarmActions: z.unknown().array().min(1) });

describe.each(['local', 'staging'])('env %s', (name) => {
  const stacks = synthesize(name);
  const alarms = stacks.of('AWS::CloudWatch::Alarm').map(({ properties }) => Named.parse(properties));

  it('has an alarm on every dead-letter queue', () => {
    const queues = stacks.of('AWS::SQS::Queue').filter(({ id }) => id.includes('DeadLetters'));
    const watched = alarms.filter(({ AlarmName }) => AlarmName.endsWith('-dead-letters'));
    expect(queues.length).toBeGreaterThan(10);
    expect(watched).toHaveLength(queues.length);
  });

  it('sends every alarm somewhere, but those that are a part of another', () => {
    const silent = alarms.filter(({ AlarmActions }) => AlarmActions.length === 0);
    const names = silent.map(({ AlarmName }) => AlarmName.slice(`deeplens-${name}-`.length));
    expect(names.filter((each) => !/^availability-burns|canary|-deployment$/.test(each))).toEqual([]);
    const composites = stacks
      .of('AWS::CloudWatch::CompositeAlarm')
      .map(({ properties }) => Composite.parse(properties));
    expect(composites).toHaveLength(name === 'local' ? 0 : 2); // the emulator's CloudFormation has none
  });

  it('has a subscriber of each severity where customers are', () => {
    const { keepData } = exampleEnvironment(name);
    expect(
      stacks.of('AWS::SNS::Subscription').filter(({ stack }) => stack.endsWith('operations')),
    ).toHaveLength(keepData ? 2 : 0);
  });
});
