import { describe, expect, it } from 'vitest';
import { revokeTokens } from '#shared/identity/revoke-tokens.ts';
import { memoryRevocations } from '../../memory/revocations.ts';

const POOL = 'https://pool.test';
const OTHER = 'https://other.test';
const now = () => Math.floor(Date.now() / 1000);

describe('revoking tokens', () => {
  it('refuses the subject’s earlier tokens of the pool by default', async () => {
    const revocations = memoryRevocations();
    const { issuer, at } = await revokeTokens({ revocations, issuers: [POOL, OTHER] })('person-1');
    expect(issuer).toBe(POOL);
    expect(Math.abs(at.getTime() - Date.now())).toBeLessThan(5000);
    expect(await revocations.isRevoked(POOL, 'person-1', now() - 60)).toBe(true);
    expect(await revocations.isRevoked(POOL, 'person-1', now() + 60)).toBe(false);
    expect(await revocations.isRevoked(POOL, 'person-2', now() - 60)).toBe(false);
    expect(await revocations.isRevoked(OTHER, 'person-1', now() - 60)).toBe(false);
  });

  it('refuses tokens of another accepted issuer', async () => {
    const revocations = memoryRevocations();
    await revokeTokens({ revocations, issuers: [POOL, OTHER] })('person-1', OTHER);
    expect(await revocations.isRevoked(OTHER, 'person-1', now() - 60)).toBe(true);
    expect(await revocations.isRevoked(POOL, 'person-1', now() - 60)).toBe(false);
  });

  it.each([`${OTHER}/`, 'https://nobody.test'])(
    'rejects the issuer %s, which is not accepted',
    async (issuer) => {
      const revoke = revokeTokens({ revocations: memoryRevocations(), issuers: [POOL, OTHER] });
      await expect(revoke('person-1', issuer)).rejects.toMatchObject({
        code: 'invalid_request',
        errors: [{ pointer: '/issuer' }],
      });
    },
  );
});
