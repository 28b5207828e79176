import type { TenantId } from '#shared/kernel/ids.ts';

/** A queue that is fair between tenants: a backlog of one does not hold up the others. Delivers at least once. */
export interface FairQueue {
  /** As messages that it delivers name it. */
  name: string;
  /** @throws Problem `dependency_unavailable` */
  send(tenant: TenantId, body: unknown): Promise<void>;
  /** Sends each of the bodies. @throws Problem `dependency_unavailable` if any of them was not accepted */
  sendAll(tenant: TenantId, bodies: readonly unknown[]): Promise<void>;
}
