import type { ApiKey } from './api-key.ts';
import { keyState } from './api-key.ts';

/** Returns a key as the API shows it: without its hash and the person who is responsible. */
export function keyReply({ hash, tenant_id, responsible, repeat_key, ...key }: ApiKey) {
  return { ...key, state: keyState(key, new Date().toISOString()) };
}
