import { PLANS, type PlanName } from '#shared/kernel/plans.ts';
import { holdingCost } from '#shared/usage/cost.ts';
import { unitCost } from '#shared/usage/unit-costs.ts';

const MINUTES_A_MONTH = 60 * 24 * 30;
/** Bytes of a stored file: a photograph from the web or a phone. */
const FILE_BYTES = 1e6;

/** A tenant that has used its whole plan: US dollars, by month unless said otherwise. */
export interface Margin {
  plan: PlanName;
  images: number;
  price: number;
  /** Keeping all images that the plan allows. */
  storage: number;
  /** Bringing them in, once. */
  ingest: number;
  /** Searches a month that the price pays for beside the storage; 0 if storage alone costs more. */
  searchesPaidFor: number;
  /** Searches at the limit, all month long. */
  searchesAtTheLimit: number;
  /** The price at which a full tenant that searches for a tenth of its limit costs as much as it pays. */
  breakEvenPrice: number;
  /** Images that the price pays for without any search. */
  imagesPaidFor: number;
}

/** The share of its searches a minute that a busy tenant uses, over a month. */
const BUSY = 0.1;

/** Returns what full tenants of a plan cost and pay. Standing costs, support and taxes are not in it. */
export function marginOf(plan: PlanName): Margin {
  const { storedImages: images, priceUsd: price, searches } = PLANS[plan];
  const storage = storageOf(images);
  const atTheLimit = searches * MINUTES_A_MONTH;
  return {
    plan,
    images,
    price,
    storage,
    ingest: images * unitCost('upload'),
    searchesPaidFor: Math.max(0, Math.floor((price - storage) / unitCost('search'))),
    searchesAtTheLimit: atTheLimit,
    breakEvenPrice: storage + BUSY * atTheLimit * unitCost('search'),
    imagesPaidFor: Math.floor(price / storageOf(1)),
  };
}

const storageOf = (images: number): number =>
  holdingCost({ images, bytes: images * FILE_BYTES, vectors: 2 * images });
