import type { AnyEvent } from '#shared/contracts/events/envelope.ts';

/** The archive of events of all tenants, by type and day. */
export interface EventArchive {
  /**
   * Reads events of a day (`2026-11-30`, UTC), in the order of their keys: all of the reply’s page, at most `PAGE`. An event
   * that was removed meanwhile is left out.
   * @param after `next` of the page before. @throws Problem `dependency_unavailable`
   */
  read(type: string, day: string, after?: string): Promise<{ events: AnyEvent[]; next?: string }>;
}

/** Events of a page. */
export const PAGE = 100;
