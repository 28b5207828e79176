import type { ApiKey } from '#shared/domain/tenant.ts';
import { keyState } from '#shared/domain/tenant.ts';

/** A key as the API shows it: without its hash, and where it lies in API Gateway. */
export function keyReply({ hash, gateway_key_id, tenant_id, ...key }: ApiKey) {
  return { ...key, state: keyState(key, new Date().toISOString()) };
}
