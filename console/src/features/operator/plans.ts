import type { Tenant } from '@deeplens/sdk';

export type Plan = Tenant['plan'];

/** The plans, from the smallest. */
export const PLANS = ['free', 'basic', 'pro', 'enterprise'] as const satisfies readonly Plan[];

export const asPlan = (text: string): Plan => PLANS.find((plan) => plan === text) ?? 'free';
