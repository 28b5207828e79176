/** Revocations of tokens, and so of the keys that their holders made. Stored for good: such a key may never expire. */
export interface Revocations {
  /**
   * Refuses all tokens of the subject that were issued up to `at`. `iat` has a resolution of one second: tokens issued
   * within the second of `at` are refused too.
   * @param subject the token's `sub`
   */
  revoke(issuer: string, subject: string, at: Date): Promise<void>;
  /** Returns true if tokens issued at that time are revoked. @param issuedAt the token's `iat`, seconds since 1970 */
  isRevoked(issuer: string, subject: string, issuedAt: number): Promise<boolean>;
}
