import { Problem } from '#shared/kernel/problems.ts';

const matches = (pattern: string, origin: string): boolean => {
  const [before, after] = pattern.split('*');
  if (before === undefined || after === undefined) return pattern === origin;
  const label = origin.slice(before.length, -after.length);
  return origin === `${before}${label}${after}` && /^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/.test(label);
};

/**
 * Rejects a call that a page of another origin made. @param allowed absent: any origin
 * @throws Problem `origin_not_allowed`
 */
export function checkOrigin(allowed: readonly string[] | undefined, origin: string | undefined): void {
  if (!allowed || allowed.some((pattern) => matches(pattern, origin?.toLowerCase() ?? ''))) return;
  throw new Problem(
    'origin_not_allowed',
    origin === undefined
      ? 'The key may be used by pages of its allowed_origins only; the call has no Origin.'
      : `The key may not be used by pages of ${origin}. Add it to the allowed_origins of a key.`,
  );
}
