import { randomBytes } from 'node:crypto';

/** Generates a tenant's value of a key of API Gateway: 160 random bits in hex. API Gateway takes 20 to 128 characters. */
export const newUsageIdentifier = (): string => randomBytes(20).toString('hex');
