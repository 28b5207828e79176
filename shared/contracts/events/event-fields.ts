import * as z from 'zod';
import { EVENT_LIMITS } from '#shared/kernel/event-limits.ts';

/*
 * Bounds of events, wider than those of requests: events that are queued or archived, and of images from before the bounds of
 * requests, must be read too.
 */

/** A name or an id that the service chose. */
export const Id = z.string().max(256);
export const Digest = z.string().max(128);
/** A text that a caller or a camera chose. A longer one fails where the event is serialised, by a problem of its own. */
export const Word = z.string().max(EVENT_LIMITS.event);
export const Time = z.iso.datetime().max(40);
/** A vector in base64. */
export const Vector = z.base64().max(EVENT_LIMITS.event);
/** Degrees as a camera wrote them. */
export const Degrees = z.number().min(-1e12).max(1e12);

const MAX_KEYS = 10_000;
/** An image's metadata. */
export const Metadata = z
  .record(Word, z.union([Word, z.array(Word).max(MAX_KEYS)]))
  .refine((map) => Object.keys(map).length <= MAX_KEYS, `must have at most ${MAX_KEYS} keys`)
  .meta({ maxProperties: MAX_KEYS });
