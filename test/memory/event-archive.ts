import type { AnyEvent } from '#shared/contracts/events/envelope.ts';
import type { EventArchive } from '#shared/event-archive/event-archive.ts';
import { PAGE } from '#shared/event-archive/event-archive.ts';

/** An archive in memory, for tests. */
export function memoryEventArchive(): EventArchive & { add(event: AnyEvent): void } {
  const events = new Map<string, AnyEvent>();
  return {
    add(event) {
      events.set(
        `events/${event.type}/${event.time.slice(0, 10)}/${event.tenantid}/${event.id}.json`,
        structuredClone(event),
      );
    },
    async read(type, day, after = '') {
      const keys = [...events.keys()]
        .filter((key) => key.startsWith(`events/${type}/${day}/`) && key > after)
        .sort();
      const page = keys.slice(0, PAGE);
      const next = keys.length > PAGE ? page.at(-1) : undefined;
      return {
        events: page.flatMap((key) => structuredClone(events.get(key)) ?? []),
        ...(next !== undefined && { next }),
      };
    },
  };
}
