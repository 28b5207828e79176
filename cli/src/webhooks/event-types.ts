import { InvalidArgumentError, Option } from 'commander';

export const EVENT_TYPES = [
  'images.indexed',
  'images.failed',
  'duplicates.found',
  'job.completed',
  'webhook.failing',
  'webhook.disabled',
  'usage.threshold',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** Parses a list of event types; `*` means all. */
function eventTypes(text: string): (EventType | '*')[] {
  return text.split(',').map((name) => {
    const type = [...EVENT_TYPES, '*' as const].find((each) => each === name);
    if (!type)
      throw new InvalidArgumentError(
        `There is no event ${name}. Use some of ${EVENT_TYPES.join(', ')}, or *.`,
      );
    return type;
  });
}

/** `--events`, as several verbs have it. */
export const eventsOption = () =>
  new Option('--events <types>', `some of ${EVENT_TYPES.join(', ')}; * or none: all`).argParser(eventTypes);
