import type { ApiKey } from './api-key.ts';
import { keyState } from './api-key.ts';

/** Returns a key as the API shows it: without its hash and its API Gateway id. */
export function keyReply({ hash, gateway_key_id, tenant_id, ...key }: ApiKey) {
  return { ...key, state: keyState(key, new Date().toISOString()) };
}
