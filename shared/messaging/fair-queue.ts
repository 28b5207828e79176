import type { TenantId } from '#shared/kernel/ids.ts';

/** A queue that is fair between tenants: a backlog of one does not hold up the others. Delivers at least once. */
export interface FairQueue {
  /** As messages that it delivers name it. */
  name: string;
  /** @param delaySeconds at most 15 minutes. @throws Problem `dependency_unavailable` */
  send(tenant: TenantId, body: unknown, delaySeconds?: number): Promise<void>;
  /** Sends each of the bodies. @throws Problem `dependency_unavailable` if any of them was not accepted */
  sendAll(tenant: TenantId, bodies: readonly unknown[]): Promise<void>;
}
