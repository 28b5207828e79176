import type { Probe } from '#shared/connectors/connector.ts';
import type { ConnectorLocation, Connectors } from '#shared/connectors/connectors.ts';
import type { Credentials } from '#shared/connectors/credentials.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';

/** Seconds: the API's caller waits for the reply. */
const TIMEOUT_SECONDS = 20;

/** What the tenant's own log shows for a trial. */
const SESSION = 'test';

/**
 * Lists and reads a location, and checks the trust of its role.
 * @throws Problem those of `Connector.probe`; `storage_unreachable` after 20 seconds
 */
export const tryLocation =
  ({ connectors, timeoutSeconds = TIMEOUT_SECONDS }: { connectors: Connectors; timeoutSeconds?: number }) =>
  async (
    tenant: TenantId,
    location: ConnectorLocation,
    credentials: () => Promise<Credentials | undefined>,
  ): Promise<Probe> => {
    const signal = AbortSignal.timeout(timeoutSeconds * 1000);
    const late = new Promise<never>((_, reject) => {
      const detail = `The storage did not answer within ${timeoutSeconds} seconds. Check its address and firewall.`;
      signal.addEventListener('abort', () => reject(new Problem('storage_unreachable', detail)));
    });
    const probed = connectors
      .open(tenant, location, credentials, SESSION)
      .then((connector) => connector.probe(signal));
    return Promise.race([probed, late]);
  };
