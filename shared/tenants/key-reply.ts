import type { ApiKey } from './api-key.ts';
import { keyState } from './api-key.ts';

/** A key as the API shows it: without its hash, and where it lies in API Gateway. */
export function keyReply({ hash, gateway_key_id, tenant_id, ...key }: ApiKey) {
  return { ...key, state: keyState(key, new Date().toISOString()) };
}
