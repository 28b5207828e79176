import type { DeepLens } from '@deeplens/sdk';
import type { FORMATS } from '../../app/formats.ts';

/** Filters of a search, as the address has them. */
export interface FilterAddress {
  format?: (typeof FORMATS)[number] | undefined;
  /** Days in local time, `2026-11-30`; both inclusive. */
  after?: string | undefined;
  before?: string | undefined;
  /** `key=value`, several separated by commas. */
  metadata?: string | undefined;
}

/** What stays when another picture is searched for. */
interface KeptAddress extends FilterAddress {
  threshold?: number | undefined;
  /** List the best of each duplicate group alone. */
  best?: true | undefined;
}

/** Returns the part of a search's address that is not about its picture. */
export const keptOf = ({ threshold, best, format, after, before, metadata }: KeptAddress): KeptAddress => ({
  ...{ threshold, best, format, after, before, metadata },
});

type Filters = NonNullable<Parameters<DeepLens['search']['similarity']>[0]['filters']>;

const DAY_MS = 86_400_000;
const startOf = (day: string): number => Date.parse(`${day}T00:00`);

/** Returns the filters as the API takes them; undefined if there are none. */
export function filtersOf({ format, after, before, metadata = '' }: FilterAddress): Filters | undefined {
  const wanted = metadata.split(',').flatMap((part) => {
    const [key = '', ...value] = part.split('=');
    return key.trim() && value.length > 0 ? [[key.trim(), value.join('=').trim()] as const] : [];
  });
  const filters: Filters = {
    ...(format && { format }),
    ...(isDay(after) && { created_after: new Date(startOf(after)).toISOString() }),
    ...(isDay(before) && { created_before: new Date(startOf(before) + DAY_MS - 1).toISOString() }),
    ...(wanted.length > 0 && { metadata: Object.fromEntries(wanted) }),
  };
  return Object.keys(filters).length > 0 ? filters : undefined;
}

const isDay = (text: string | undefined): text is string =>
  text !== undefined && !Number.isNaN(startOf(text));
