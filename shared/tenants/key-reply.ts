import type { ApiKey } from './api-key.ts';
import { keyState } from './api-key.ts';

/** Returns a key as the API shows it: without its hash, its API Gateway id and the person who is responsible. */
export function keyReply({ hash, gateway_key_id, tenant_id, responsible, repeat_key, ...key }: ApiKey) {
  return { ...key, state: keyState(key, new Date().toISOString()) };
}
