import { Problem } from '#shared/kernel/problems.ts';
import { UnreachableUrl, type WebReply } from '#shared/web/web-client.ts';
import type { Attempt } from './delivery.ts';

/** How an attempt ended, and what follows. */
export interface Verdict {
  attempt: Pick<Attempt, 'outcome' | 'status' | 'error' | 'response' | 'ip'>;
  /** Seconds that the receiver asks to wait. */
  retryAfter?: number;
  /** The receiver is not there any more. */
  gone?: true;
  /** Attempts of this kind that are made at most, if fewer than usual. */
  most?: number;
}

/** Bytes of a reply that are kept. */
const KEPT = 1_024;
/** The longest pause that a receiver can ask for, in seconds. */
const LONGEST_PAUSE = 86_400;
/** A URL that must not be called, or has no address, will hardly get better. */
const HOPELESS = 3;

/** Judges a reply: 2xx is delivered, everything else is not; a redirect is not followed. */
export function classifyReply(
  { status, headers, bytes, ip }: Pick<WebReply, 'status' | 'headers' | 'bytes' | 'ip'>,
  now: Date,
): Verdict {
  const outcome = status >= 200 && status < 300 ? 'delivered' : 'failed';
  const response = Buffer.from(bytes.subarray(0, KEPT)).toString('utf8');
  const asked = [429, 503].includes(status) ? secondsOf(headers['retry-after'], now) : undefined;
  return {
    attempt: { outcome, status, response, ip },
    ...(asked !== undefined && { retryAfter: asked }),
    ...(status === 410 && { gone: true }),
  };
}

/** Judges what kept the receiver from answering. @throws what is no fault of the receiver */
export function classifyFailure(error: unknown): Verdict {
  if (error instanceof UnreachableUrl)
    return {
      attempt: { outcome: 'failed', error: error.reason },
      ...(error.reason === 'dns' && { most: HOPELESS }),
    };
  if (error instanceof Problem && error.code === 'unsafe_url')
    return { attempt: { outcome: 'failed', error: error.code }, most: HOPELESS };
  throw error;
}

/** Reads `Retry-After`: seconds, or a date. */
function secondsOf(text: string | undefined, now: Date): number | undefined {
  if (text === undefined) return undefined;
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - now.getTime()) / 1000;
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), LONGEST_PAUSE) : undefined;
}
