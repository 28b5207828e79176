import type { LogLine } from './log-lines.ts';

/** The fields that lines about the same thing share. */
const LINKS = ['correlation_id', 'image_id', 'delivery_id'] as const;

/** One line of the way, as it is shown. */
export interface Stop {
  time: string;
  /** The operation, the step, or the program. */
  where: string;
  what: string;
  status: string;
  ms: number | undefined;
  ids: Record<string, string>;
}

/**
 * Returns what happened to everything that an id is about, in order: the lines with the id, and those about an image or a
 * delivery that these name. Ids of callers are not followed: an image's lines under another correlation id are its own.
 */
export function wayOf(id: string, lines: readonly LogLine[]): Stop[] {
  const ids = new Set([id]);
  const isLinked = (line: LogLine) => LINKS.some((link) => ids.has(String(line[link])));
  for (let size = 0; size < ids.size; ) {
    size = ids.size;
    for (const line of lines.filter(isLinked))
      for (const link of ['image_id', 'delivery_id'] as const)
        if (typeof line[link] === 'string') ids.add(line[link]);
  }
  return lines
    .filter((line) => isLinked(line) && typeof line.message === 'string')
    .map(stopOf)
    .sort((one, other) => (one.time < other.time ? -1 : 1));
}

function stopOf(line: LogLine): Stop {
  const text = (field: string): string => (line[field] === undefined ? '' : String(line[field]));
  const ids = LINKS.flatMap((link) => (line[link] === undefined ? [] : [[link, text(link)]]));
  return {
    time: text('timestamp'),
    where: text('operation') || text('step') || text('service'),
    what: [text('message'), text('type'), text('code')].filter(Boolean).join(' '),
    status: text('status'),
    ms: typeof line.ms === 'number' ? line.ms : undefined,
    ids: Object.fromEntries(ids),
  };
}
