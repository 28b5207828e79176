/** Images of one tenant that were uploaded in the same second; counts may be fractions. */
export interface Cohort {
  tenant: string;
  /** Seconds since the start. */
  uploadedAt: number;
  count: number;
}

/** Returns the images of cohorts. */
export const countOf = (cohorts: readonly Cohort[]): number =>
  cohorts.reduce((sum, { count }) => sum + count, 0);

/** Fractions of images below which nothing is left. */
export const NOTHING = 1e-6;

/**
 * A queue that gives each waiting tenant an equal share of what is taken, the oldest of its images first: how a fair queue of
 * SQS treats message groups, without its delay in noticing a noisy one.
 */
export class FairQueue {
  private readonly waiting = new Map<string, { cohorts: Cohort[]; first: number }>();
  /** Images that wait. */
  depth = 0;

  add({ tenant, uploadedAt, count }: Cohort): void {
    if (count <= 0) return;
    this.depth += count;
    const own = this.waiting.get(tenant);
    const last = own?.cohorts.at(-1);
    if (last?.uploadedAt === uploadedAt) last.count += count;
    else if (own) own.cohorts.push({ tenant, uploadedAt, count });
    else this.waiting.set(tenant, { cohorts: [{ tenant, uploadedAt, count }], first: 0 });
  }

  /** Takes at most so many images. */
  take(most: number): Cohort[] {
    const taken: Cohort[] = [];
    let left = most;
    while (left > NOTHING && this.waiting.size > 0) {
      const share = left / this.waiting.size;
      for (const tenant of [...this.waiting.keys()]) left -= this.takeOf(tenant, share, taken);
    }
    return taken;
  }

  /** Moves at most so many images of a tenant into `taken`. @returns how many */
  private takeOf(tenant: string, most: number, taken: Cohort[]): number {
    const own = this.waiting.get(tenant);
    let left = most;
    while (own && left > NOTHING) {
      const oldest = own.cohorts[own.first];
      if (!oldest) break;
      const count = Math.min(oldest.count, left);
      taken.push({ ...oldest, count });
      left -= count;
      oldest.count -= count;
      if (oldest.count <= NOTHING) own.first++;
    }
    if (!own?.cohorts[own.first]) this.waiting.delete(tenant);
    this.depth = this.waiting.size === 0 ? 0 : this.depth - (most - left);
    return most - left;
  }
}
