/** Tokens that are refused before they expire. */
export interface Revocations {
  /**
   * Refuses every token of the subject that was issued before now. Tokens say the second in which they were issued, no
   * finer: one of this very second is refused too.
   * @param subject the token's `sub`
   * @param ttlSeconds how long to remember it: until the last such token has expired
   */
  revoke(issuer: string, subject: string, at: Date, ttlSeconds: number): Promise<void>;
  /** @param issuedAt the token's `iat`, seconds since 1970 */
  isRevoked(issuer: string, subject: string, issuedAt: number): Promise<boolean>;
}
