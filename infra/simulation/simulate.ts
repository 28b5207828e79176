import { simulatePipeline } from './pipeline.ts';
import type { Policies } from './policies.ts';
import { randomOf } from './random.ts';
import { pipelineTable, searchTable } from './report.ts';
import { SCENARIOS } from './scenarios.ts';
import { simulateSearches } from './searches.ts';
import type { ServiceTimes } from './service-times.ts';

/** Searches a second that are tried. */
const SEARCHES = [100, 1_000, 2_000];

/** Runs all scenarios and returns the report's two tables. The same policies and times give the same text. */
export function simulate(policies: Policies, times: ServiceTimes): { pipeline: string; searches: string } {
  return {
    pipeline: pipelineTable(
      SCENARIOS.map((scenario) => [scenario.name, simulatePipeline(scenario, policies, times)] as const),
    ),
    searches: searchTable(
      SEARCHES.map((perSecond) => simulateSearches(perSecond, policies, times, randomOf(perSecond))),
    ),
  };
}
