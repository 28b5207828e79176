import type { Revocations } from '#shared/identity/revocations.ts';

/** Revocations in memory, for tests. */
export function memoryRevocations(): Revocations {
  const revokedAt = new Map<string, number>();
  const keyOf = (issuer: string, subject: string) => JSON.stringify([issuer, subject]);
  return {
    async revoke(issuer, subject, at) {
      const key = keyOf(issuer, subject);
      revokedAt.set(key, Math.max(revokedAt.get(key) ?? 0, Math.floor(at.getTime() / 1000)));
    },
    async isRevoked(issuer, subject, issuedAt) {
      return issuedAt <= (revokedAt.get(keyOf(issuer, subject)) ?? -1);
    },
  };
}
