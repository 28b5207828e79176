import { describe, expect, it } from 'vitest';
import { PLAN_NAMES, PLANS } from '#shared/kernel/plans.ts';
import { usagePlanLimits } from '../../../infra/constructs/usage-plans.ts';

describe.each(PLAN_NAMES)('the usage plan %s', (name) => {
  const { throttle, quota } = usagePlanLimits(PLANS[name]);

  it('admits the requests per minute that the plan promises', () => {
    expect(throttle.rateLimit * 60).toBeCloseTo(PLANS[name].requests);
  });

  it('admits a burst of one minute’s requests, up to the account’s limit', () => {
    expect(throttle.burstLimit).toBe(Math.min(PLANS[name].requests, 5_000));
  });

  it('has a monthly quota that API Gateway accepts', () => {
    expect(quota.period).toBe('MONTH');
    expect(quota.limit).toBeLessThanOrEqual(2 ** 31 - 1);
    expect(quota.limit).toBeGreaterThanOrEqual(Math.min(PLANS[name].requests * 60 * 24 * 31, 2 ** 31 - 1));
  });
});
