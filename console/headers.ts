/** Origins beside its own that the console talks to. */
interface Origins {
  /** Where signed thumbnails lie, and presigned forms are posted to. */
  storage: string;
  /** Where codes are redeemed for tokens. */
  signIn?: string | undefined;
}

/** Returns the headers of every file of the console, the same wherever it is served. */
export const consoleHeaders = ({ storage, signIn = storage }: Origins): Record<string, string> => ({
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src 'self' blob: data: ${storage}`,
    `connect-src 'self' ${[...new Set([storage, signIn])].join(' ')}`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; '),
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
});

/** Returns the `cache-control` of a file: names of assets change with their content, `index.html` keeps its name. */
export const cacheControl = (path: string): string =>
  path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';

/**
 * Returns the file that answers a path: the page itself, unless the last part of the path has an extension. CloudFront has
 * its own copy, in `infra/constructs/page-paths.js`.
 */
export const fileOfPath = (path: string): string => {
  if (path === '/docs/') return '/docs/index.html';
  return /\.[^/]+$/.test(path) ? path : '/index.html';
};
