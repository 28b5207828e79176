import { Problem } from '#shared/kernel/problems.ts';
import type { Revocations } from './revocations.ts';

/**
 * Seconds that a revocation is stored. The pool's access tokens live one hour (`accessTokenValidity` in
 * `infra/stacks/identity.ts`); those of other issuers are assumed to live at most a day.
 */
export const REVOCATION_TTL_SECONDS = 24 * 60 * 60;

/**
 * Revokes all tokens that a person or client holds now.
 * @param issuers accepted issuers; the first is the default
 */
export const revokeTokens =
  ({ revocations, issuers }: { revocations: Revocations; issuers: readonly [string, ...string[]] }) =>
  /** @throws Problem `invalid_request` for an issuer that is not accepted: revoking its tokens would have no effect */
  async (subject: string, issuer = issuers[0]): Promise<{ issuer: string; at: Date }> => {
    if (!issuers.includes(issuer))
      throw new Problem('invalid_request', `Tokens of ${issuer} are not accepted.`, {
        errors: [{ pointer: '/issuer', message: `must be one of ${issuers.join(', ')}` }],
      });
    const at = new Date();
    await revocations.revoke(issuer, subject, at, REVOCATION_TTL_SECONDS);
    return { issuer, at };
  };
