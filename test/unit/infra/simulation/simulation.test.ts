import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { environment } from '../../../../infra/config/choose-environment.ts';
import { exampleInputs } from '../../../../infra/cost/example-inputs.ts';
import { resourcesOf } from '../../../../infra/cost/resources.ts';
import { simulatePipeline } from '../../../../infra/simulation/pipeline.ts';
import { policiesOf } from '../../../../infra/simulation/policies.ts';
import { randomOf } from '../../../../infra/simulation/random.ts';
import { simulateSearches } from '../../../../infra/simulation/searches.ts';
import { SERVICE_TIMES } from '../../../../infra/simulation/service-times.ts';
import { simulate } from '../../../../infra/simulation/simulate.ts';

const resources = resourcesOf(environment('prod', exampleInputs('prod')));
const policies = policiesOf('prod', resources);

it('is what docs/operate/scaling.md shows', () => {
  const page = readFileSync(new URL('../../../../docs/operate/scaling.md', import.meta.url), 'utf8');
  const { pipeline, searches } = simulate(policies, SERVICE_TIMES);
  expect(page).toContain(pipeline);
  expect(page).toContain(searches);
});

it('reads the policies of the templates', () => {
  expect(policies.worker).toMatchObject({ minTasks: 2, maxTasks: 8, backlogPerTask: 500, onDemand: 1 });
  expect(policies.consumers['fair-validation']).toEqual({ concurrency: 150, batch: 1 });
  expect(() => policiesOf('staging', resources)).toThrow('The templates have 0 of: embedding queue');
});

describe('ingest', () => {
  const burst = (perSecond: number, seconds: number, minTasks: number, lost: number) =>
    simulatePipeline(
      {
        name: 'burst',
        seconds,
        arrivals: () => ({ one: perSecond, other: perSecond / 10 }),
        interruption: { at: Math.floor(seconds / 2), share: lost },
      },
      { ...policies, worker: { ...policies.worker, minTasks } },
      SERVICE_TIMES,
    );

  it('indexes whatever arrived, after bursts, cold starts and lost instances', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 600, max: 1200 }),
        fc.integer({ min: 0, max: 3 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (perSecond, seconds, minTasks, lost) => {
          const { arrived, indexed, tasks } = burst(perSecond, seconds, minTasks, lost);
          expect(indexed).toBeCloseTo(arrived, 0);
          expect(tasks.most).toBeLessThanOrEqual(policies.worker.maxTasks);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('does not let a tenant wait behind another', () => {
    const { freshnessOf } = burst(400, 900, 2, 0);
    expect(freshnessOf.one?.p95).toBeGreaterThan(60);
    expect(freshnessOf.other?.p95).toBeLessThan(5);
  });

  it('makes the first images wait for an instance where none is warm', () => {
    const cold = burst(20, 600, 0, 0).freshness;
    expect(cold.p99).toBeGreaterThan(SERVICE_TIMES.workerStart);
    expect(burst(20, 600, 1, 0).freshness.p99).toBeLessThan(5);
  });
});

it('throttles searches only beyond what is reserved', () => {
  const few = { ...policies, reserved: { ...policies.reserved, search: 20 } };
  expect(simulateSearches(500, policies, SERVICE_TIMES, randomOf(1)).throttled).toBe(0);
  const starved = simulateSearches(500, few, SERVICE_TIMES, randomOf(1));
  expect(starved.throttled).toBeGreaterThan(0.2);
  expect(starved.p999Concurrency).toBe(20);
});
