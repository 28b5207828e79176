import type { Work } from './messages.ts';

/** A message that waits. `at`: milliseconds since 1970 from which on it is delivered. */
interface Waiting {
  work: Work;
  at: number;
  attempts: number;
}

/** Kinds of work, with the number of messages that are worked on at once. */
const AT_ONCE = { scan: 2, import: 8 } as const;
/** Every so many deliveries a message comes again, up to this many milliseconds later. */
const TWICE_EVERY = 7;
const TWICE_WITHIN_MS = 2_000;
const MAX_ATTEMPTS = 20;
const AGAIN_MS = 1_000;

/** A queue that delivers at least once: it repeats some of its messages, and those of a worker that was killed. */
export function trialQueue() {
  const waiting: Waiting[] = [];
  const inWork = new Map<number, Waiting>();
  let deliveries = 0;
  const worked = (what: Work['what']) => [...inWork.values()].filter(({ work }) => work.what === what).length;
  return {
    send(work: Work, delayMs = 0): void {
      waiting.push({ work, at: Date.now() + delayMs, attempts: 0 });
    },
    /** Returns the next message that is due and has a free worker. */
    take(): { delivery: number; work: Work } | undefined {
      const free = (['scan', 'import'] as const).filter((what) => worked(what) < AT_ONCE[what]);
      const at = waiting.findIndex((each) => each.at <= Date.now() && free.includes(each.work.what));
      const [message] = at < 0 ? [] : waiting.splice(at, 1);
      if (!message) return undefined;
      deliveries += 1;
      inWork.set(deliveries, message);
      if (deliveries % TWICE_EVERY === 0)
        waiting.push({ ...message, at: Date.now() + (deliveries % 4) * (TWICE_WITHIN_MS / 4) });
      return { delivery: deliveries, work: message.work };
    },
    /** Ends a delivery. @returns what it was @throws if a message fails every time */
    end(delivery: number, failure: string | undefined): Work | undefined {
      const message = inWork.get(delivery);
      inWork.delete(delivery);
      if (!message || failure === undefined) return message?.work;
      const attempts = message.attempts + 1;
      if (attempts === MAX_ATTEMPTS) throw new Error(`a message fails every time: ${failure}`);
      waiting.push({ ...message, attempts, at: Date.now() + AGAIN_MS });
      return undefined;
    },
    /** The worker has ended: what it had comes again. */
    returnAll(): void {
      for (const message of inWork.values()) waiting.push({ ...message, at: Date.now() });
      inWork.clear();
    },
    isEmpty: () => waiting.length === 0 && inWork.size === 0,
    deliveries: () => deliveries,
  };
}
