import { Problem } from '#shared/kernel/problems.ts';
import type { AddressGuard } from '#shared/web/address-guard.ts';
import { checkUrl } from '#shared/web/check-url.ts';
import { guardedAgents } from '#shared/web/guarded-agents.ts';

/** Ports at which storages are served besides that of https. */
const PORTS = [443, 8443, 9000, 9443];

/** The way to endpoints that tenants name. */
export interface Guarded {
  guard: AddressGuard;
  agents: ReturnType<typeof guardedAgents>;
}

export const guarded = (guard: AddressGuard): Guarded => ({ guard, agents: guardedAgents(guard) });

/**
 * Returns the endpoint's origin. Its addresses are checked when a socket is opened.
 * @throws Problem `unsafe_url`; `invalid_request` if it has a path or a query
 */
export function checkEndpoint({ guard }: Guarded, text: string): string {
  const { origin, pathname, search, hash } = checkUrl(guard, text, { schemes: ['https:'], ports: PORTS });
  if (pathname !== '/' || search !== '' || hash !== '')
    throw new Problem(
      'invalid_request',
      'State the endpoint as https://host or https://host:port, without a path.',
    );
  return origin;
}
