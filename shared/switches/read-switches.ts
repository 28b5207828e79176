import { Problem } from '#shared/kernel/problems.ts';
import type { Pausable } from '#shared/kernel/vocabulary.ts';
import type { SwitchStore } from './switch-store.ts';
import { ALL_ON, type Switches } from './switches.ts';

/** Seconds for which a process believes what it has read: a switch holds everywhere within a minute. */
export const SWITCHES_SECONDS = 20;

/** Reads the switches through a cache of the process. */
export interface ReadSwitches {
  current(): Promise<Switches>;
  isPaused(part: Pausable): Promise<boolean>;
  /** @throws Problem `paused` */
  refuseIfPaused(part: Pausable): Promise<void>;
}
/** Seconds after which a refused caller may try again. */
const RETRY_AFTER = 60;

/**
 * Reads the switches at most every 20 seconds. If they cannot be read, the last ones hold; before that, everything is on:
 * the switches must not be one more part that can stop the service.
 */
export function readSwitches(store: Pick<SwitchStore, 'get'>, now: () => number = Date.now): ReadSwitches {
  let until = 0;
  let known: Promise<Switches> = Promise.resolve(ALL_ON);
  const current = () => {
    if (now() < until) return known;
    const last = known;
    until = now() + SWITCHES_SECONDS * 1000;
    known = store.get().catch(() => last);
    return known;
  };
  const isPaused = async (part: Pausable) => (await current()).pause.includes(part);
  return {
    current,
    isPaused,
    async refuseIfPaused(part) {
      if (!(await isPaused(part))) return;
      const detail = `The operator has paused this part of the service (${part}). Nothing was taken. Send the call again later.`;
      throw new Problem('paused', detail, { retryAfter: RETRY_AFTER });
    },
  };
}
