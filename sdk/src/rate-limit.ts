/** What is left of a counter of the tenant's limits. */
export interface RateLimit {
  /** Calls, searches or images in a window. */
  limit: number;
  remaining: number;
  /** Seconds until the window ends. */
  resetsInS: number;
  /** Length of the window in seconds. */
  windowS: number;
}

/** By counter: `requests`, `searches`, `uploads`, or an endpoint such as `POST /v1/search/similarity`. */
export type RateLimits = Readonly<Record<string, RateLimit>>;

/** Parses a list of `"name";a=1;b=2` (RFC 9651). */
function parseList(header: string | null): Map<string, Record<string, number>> {
  const items = new Map<string, Record<string, number>>();
  for (const [, name = '', parameters = ''] of (header ?? '').matchAll(/"([^"]*)"((?:;[a-z]+=\d+)*)/g))
    items.set(
      name,
      Object.fromEntries(
        Array.from(parameters.matchAll(/;([a-z]+)=(\d+)/g), ([, key = '', value]) => [key, Number(value)]),
      ),
    );
  return items;
}

/** Reads `RateLimit` and `RateLimit-Policy`. */
export function rateLimitsOf(headers: Headers): RateLimits {
  const policies = parseList(headers.get('ratelimit-policy'));
  const limits: Record<string, RateLimit> = {};
  for (const [name, { r, t }] of parseList(headers.get('ratelimit'))) {
    const { q, w } = policies.get(name) ?? {};
    if (r === undefined || t === undefined || q === undefined) continue;
    limits[name] = { limit: q, remaining: r, resetsInS: t, windowS: w ?? 60 };
  }
  return limits;
}

/** Reads `Retry-After`: a number of seconds or a date. @returns seconds */
export function retryAfterOf(headers: Headers, now = Date.now()): number | undefined {
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  if (/^\d+$/.test(value)) return Number(value);
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, (at - now) / 1000);
}
