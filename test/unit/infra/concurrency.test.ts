import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ENVIRONMENT_NAMES } from '../../../infra/config/environments.ts';
import { neededConcurrency, neededGpuCpus } from '../../../infra/config/quotas.ts';
import { exampleEnvironment } from './example.ts';
import { synthesize } from './synthesized.ts';

const Mapping = z.object({ ScalingConfig: z.object({ MaximumConcurrency: z.number() }).optional() });
const runbook = readFileSync(new URL('../../../docs/operate/deployment.md', import.meta.url), 'utf8');

describe.each(ENVIRONMENT_NAMES)('Lambda in env %s', (name) => {
  const { of } = synthesize(name);
  const environment = exampleEnvironment(name);
  const reserved = Object.fromEntries(
    of('AWS::Lambda::Function').flatMap(({ id, properties }) => {
      const executions = properties.ReservedConcurrentExecutions;
      return executions === undefined ? [] : [[id.replace(/Function[0-9A-F]{8}$/, ''), executions]];
    }),
  );

  it('keeps executions for the authorizer and searches where customers are, and for nothing else', () => {
    const customers = name === 'staging' || name === 'prod';
    expect(Object.keys(reserved).sort()).toEqual(customers ? ['AuthorizeRequest', 'SearchImages'] : []);
  });

  it('bounds what queues start at once by no more than the account must allow', () => {
    const bounds = of('AWS::Lambda::EventSourceMapping').flatMap(
      ({ properties }) => Mapping.parse(properties).ScalingConfig?.MaximumConcurrency ?? [],
    );
    const total = [...bounds, ...Object.values(reserved)].reduce<number>(
      (sum, each) => sum + Number(each),
      0,
    );
    expect(neededConcurrency(environment)).toBe(total + 100);
  });
});

it.each(ENVIRONMENT_NAMES.filter((name) => name !== 'local'))(
  'the runbook states the quotas that %s needs',
  (name) => {
    const environment = exampleEnvironment(name);
    const { onDemand, spot } = neededGpuCpus(environment);
    const row = `| \`${name}\` | ${neededConcurrency(environment)} | ${onDemand} | ${spot} |`;
    expect(runbook.split('\n')).toContain(row);
  },
);
