import { EVENT_LIMITS } from '#shared/kernel/event-limits.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { DeepLensEvent } from './registry.ts';

/** Returns true if SNS and SQS accept an event with this data. */
export const fitsEvent = (data: unknown): boolean => Buffer.byteLength(JSON.stringify(data)) <= DATA_BYTES;

/** Room for the envelope and the few fields beside a list: ids, names and times. */
const ENVELOPE_BYTES = 4096;
const DATA_BYTES = EVENT_LIMITS.event - ENVELOPE_BYTES;

/** Returns the entries of a list that fit into one event, in order; the required ones in any case. */
export function fittingEntries<Entry>(
  entries: readonly Entry[],
  required: (entry: Entry) => boolean,
): Entry[] {
  const bytesOf = (entry: Entry) => Buffer.byteLength(JSON.stringify(entry)) + 1;
  let room = DATA_BYTES;
  for (const entry of entries) if (required(entry)) room -= bytesOf(entry);
  return entries.filter((entry) => {
    if (required(entry)) return true;
    room -= bytesOf(entry);
    return room >= 0;
  });
}

/**
 * Serialises an event for its bus.
 * @throws Problem `event_too_large`: a redelivery could not succeed either
 */
export function serializeEvent(event: DeepLensEvent): string {
  const json = JSON.stringify(event);
  const bytes = Buffer.byteLength(json);
  if (bytes <= EVENT_LIMITS.event) return json;
  throw new Problem(
    'event_too_large',
    `The event ${event.type} of ${event.subject} has ${bytes} bytes; at most ${EVENT_LIMITS.event} can be published. Shorten the file name or the metadata, and add the image again.`,
  );
}
