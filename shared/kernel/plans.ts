import * as z from 'zod';

/** Limits, quotas and prices of the plans. Source: the service's price list. */
export const PLANS = {
  free: {
    requests: 100,
    searches: 50,
    uploads: 5,
    priceUsd: 0,
    storedImages: 1_000,
    storageBytes: 1e9,
    vectors: 4_000,
    webhooks: 1,
  },
  basic: {
    requests: 1_000,
    searches: 500,
    uploads: 50,
    priceUsd: 29,
    storedImages: 50_000,
    storageBytes: 50e9,
    vectors: 200_000,
    webhooks: 5,
  },
  pro: {
    requests: 5_000,
    searches: 2_500,
    uploads: 200,
    priceUsd: 99,
    storedImages: 500_000,
    storageBytes: 500e9,
    vectors: 1_000_000,
    webhooks: 20,
  },
  enterprise: {
    requests: 50_000,
    searches: 25_000,
    uploads: 1_000,
    priceUsd: 499,
    storedImages: 20_000_000,
    storageBytes: 20e12,
    vectors: 20_000_000,
    webhooks: 100,
  },
} as const satisfies Record<string, Plan>;

/**
 * `requests`, `searches` and `uploads` are per minute and tenant; `priceUsd` is per month. `vectors` are images times models:
 * 20 million images by a second model take 462 GB of the index's memory.
 */
export interface Plan {
  requests: number;
  searches: number;
  uploads: number;
  priceUsd: number;
  storedImages: number;
  storageBytes: number;
  vectors: number;
  webhooks: number;
}
export type PlanName = keyof typeof PLANS;
export const PLAN_NAMES = Object.keys(PLANS) as [PlanName, ...PlanName[]]; // Object.keys loses the literal types

/** Searches per minute of one person, on every plan: for people at a screen. The tenant's limit holds beside it. */
const SEARCHES_PER_PERSON = 100;

/** Limits that an operator sets for one tenant; they replace its plan's. Field names as stored and on the wire. */
export const LimitOverrides = z.object({
  requests: z.number().optional(),
  searches: z.number().optional(),
  searches_per_person: z.number().optional(),
  uploads: z.number().optional(),
  stored_images: z.number().optional(),
  storage_bytes: z.number().optional(),
  vectors: z.number().optional(),
  /** Calls per minute of single endpoints, keyed by `METHOD /v1/path`; counted in addition to the other limits. */
  endpoints: z.record(z.string(), z.number()).readonly().optional(),
});
export type LimitOverrides = z.infer<typeof LimitOverrides>;

/** The limits in force for a tenant. */
export interface Limits {
  requests: number;
  searches: number;
  /** Searches a minute in the name of one person. */
  searches_per_person: number;
  uploads: number;
  stored_images: number;
  storage_bytes: number;
  /** Images times models. */
  vectors: number;
  endpoints: Readonly<Record<string, number>>;
}

/** Returns the plan's limits with the tenant's overrides applied. Room for more images is room for their vectors by one model. */
export function limitsOf(plan: PlanName, overrides: LimitOverrides = {}): Limits {
  const { requests, searches, uploads, storedImages, storageBytes, vectors } = PLANS[plan];
  return {
    requests: overrides.requests ?? requests,
    searches: overrides.searches ?? searches,
    searches_per_person: overrides.searches_per_person ?? SEARCHES_PER_PERSON,
    uploads: overrides.uploads ?? uploads,
    stored_images: overrides.stored_images ?? storedImages,
    storage_bytes: overrides.storage_bytes ?? storageBytes,
    vectors: overrides.vectors ?? Math.max(vectors, overrides.stored_images ?? 0),
    endpoints: overrides.endpoints ?? {},
  };
}

/** The largest quota that API Gateway accepts: a 32-bit integer. */
const LARGEST_QUOTA = 2 ** 31 - 1;
const MINUTES_A_MONTH = 31 * 24 * 60;
/** Requests a month that API Gateway admits on a plan: a month of full minutes. */
export const requestsAMonth = ({ requests }: Pick<Plan, 'requests'>): number =>
  Math.min(requests * MINUTES_A_MONTH, LARGEST_QUOTA);

/**
 * Returns the smallest plan whose API Gateway usage plan admits that many requests: an override may exceed the tenant's
 * own plan. Above `enterprise` the gateway limits first.
 */
export const gatewayPlan = ({ requests }: Pick<Limits, 'requests'>): PlanName =>
  PLAN_NAMES.find((name) => PLANS[name].requests >= requests) ?? 'enterprise';
