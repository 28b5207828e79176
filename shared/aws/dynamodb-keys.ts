/** A partition takes 1 000 writes a second, and each call is one: markers lie in as many as a hexadecimal digit tells. */
export const METERED_SHARDS = [...'0123456789abcdef'].map((digit) => `METERED#${digit}`);
