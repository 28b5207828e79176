import type { Environment } from '../config/environments.ts';

/**
 * The variables of functions that fetch what tenants name: `WebEnv`.
 * @throws Error if addresses inside a network were allowed anywhere but on one machine
 */
export function webVariables({ name, allowedAddresses }: Environment): { WEB_ALLOWED_ADDRESSES?: string } {
  if (!allowedAddresses) return {};
  if (name !== 'local')
    throw new Error(`Env ${name} must not allow addresses that are not public: ${allowedAddresses}.`);
  return { WEB_ALLOWED_ADDRESSES: allowedAddresses };
}
