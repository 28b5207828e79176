/**
 * The headers that let pages of any origin call the API. Credentials are headers that a page must set itself, never cookies, so that no
 * origin is trusted more than another; a publishable key's `allowed_origins` are checked by the authorizer.
 */
export const CORS = {
  /** On every reply. */
  reply: {
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Expose-Headers':
      'RateLimit, RateLimit-Policy, Retry-After, x-correlation-id, Location, Allow',
  },
  allowedHeaders: ['authorization', 'content-type', 'idempotency-key', 'x-api-key', 'x-correlation-id'],
  maxAgeSeconds: 7200,
} as const;
