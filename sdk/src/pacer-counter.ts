import type { RateLimit } from './rate-limit.ts';

/** Added to the end of a window, which the service gives in whole seconds. */
const WINDOW_SLACK_MS = 1_000;

/**
 * A counter of the tenant's limits, as replies describe it. It admits no more than the service does, in whatever order replies come:
 * each call that has no reply yet may be counted before or after those that have.
 */
export class PacerCounter {
  #limit: number;
  #windowMs: number;
  #remaining: number;
  /** The end of the latest window that a reply described. */
  #describedEnd: number;
  /** The end of the window in use: the described one, or a guess after it. */
  #end: number;
  #underWay = 0;
  /** The time of the next free slot. */
  #nextAt: number;

  constructor(described: RateLimit, now: number) {
    this.#limit = described.limit;
    this.#windowMs = described.windowS * 1000;
    this.#remaining = described.remaining;
    this.#describedEnd = endOf(described, now);
    this.#end = this.#describedEnd;
    this.#nextAt = now;
  }

  get end(): number {
    return this.#end;
  }

  /** Takes from the window. @returns the time at which the call can be sent; undefined if the window has no room */
  take(amount: number, now: number): number | undefined {
    if (now >= this.#end) {
      this.#remaining = this.#limit;
      this.#end = now + this.#windowMs;
      this.#nextAt = now;
    }
    const free = this.#remaining - this.#underWay;
    // A call of more than a whole window is the service's to refuse.
    if (free < Math.min(amount, this.#limit)) return undefined;
    const at = Math.max(now, this.#nextAt);
    this.#nextAt = at + (Math.max(this.#end - at, 0) / Math.max(free, 1)) * amount;
    this.#underWay += amount;
    return at;
  }

  /** Ends a call that took. `lost`: it was sent, and there is no reply that says whether it was counted. */
  settle(amount: number, lost: boolean): void {
    this.#underWay -= amount;
    if (lost) this.#remaining -= amount;
  }

  /** Notes what a reply says, unless it is about a window that is over. */
  learn(described: RateLimit, now: number): void {
    const end = endOf(described, now);
    this.#limit = described.limit;
    this.#windowMs = described.windowS * 1000;
    const later = end - this.#describedEnd;
    if (later > this.#windowMs / 2) {
      this.#remaining = described.remaining;
      this.#describedEnd = end;
      this.#end = end;
      this.#nextAt = now;
    } else if (later > -this.#windowMs / 2 && this.#end === this.#describedEnd) {
      this.#remaining = Math.min(this.#remaining, described.remaining);
      this.#describedEnd = Math.min(this.#describedEnd, end);
      this.#end = this.#describedEnd;
    }
  }
}

/** Returns the time at which a window is surely over. */
const endOf = ({ resetsInS }: RateLimit, now: number): number => now + resetsInS * 1000 + WINDOW_SLACK_MS;
