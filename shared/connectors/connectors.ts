import type { StorageId, TenantId } from '#shared/kernel/ids.ts';
import type { Connector } from './connector.ts';
import type { Credentials } from './credentials.ts';
import type { StorageTarget } from './storage-target.ts';

/** The fields of a storage location that a connector needs. */
export type ConnectorLocation = StorageTarget & {
  storage_id: StorageId;
  /** Only keys that begin so are listed; empty: all. */
  prefix: string;
};

/** Opens connectors; the SDK of a type is imported when a location of that type comes. */
export interface Connectors {
  /**
   * @param credentials asked again when they have expired, or were replaced; undefined for a role
   * @param session what the tenant's own log shows, such as a job id
   */
  open(
    tenant: TenantId,
    location: ConnectorLocation,
    credentials: () => Promise<Credentials | undefined>,
    session: string,
  ): Promise<Connector>;
}
