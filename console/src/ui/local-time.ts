const MINUTES_MS = 60_000;

/** Returns a time as `<input type="datetime-local">` has it: local, to the minute. */
export const toLocalInput = (time: Date): string =>
  new Date(time.getTime() - time.getTimezoneOffset() * MINUTES_MS).toISOString().slice(0, 16);

/** Returns the time of such an input as the API takes it; undefined if it is empty. */
export const fromLocalInput = (value: string): string | undefined =>
  value === '' ? undefined : new Date(value).toISOString();
