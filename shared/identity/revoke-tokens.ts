import { Problem } from '#shared/kernel/problems.ts';
import type { Revocations } from './revocations.ts';

/**
 * Revokes all tokens that a person or client holds now, and the keys that it made for its tenant.
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
    await revocations.revoke(issuer, subject, at);
    return { issuer, at };
  };
