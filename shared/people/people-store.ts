import type { TenantId, UserId } from '#shared/kernel/ids.ts';
import type { Page } from '#shared/kernel/page.ts';
import type { Person } from './person.ts';

export type PersonChange = Partial<Pick<Person, 'role' | 'state'>>;

/** The people of tenants. Holds the maximum of people, and the last Admin of a tenant, in races. */
export interface PeopleStore {
  /**
   * Adds a person in state `inviting`, who is no Admin yet.
   * @param most maximum of people per tenant
   * @returns `full` if the tenant has that many
   * @throws Problem `conflict` if the tenant is not active
   */
  add(tenant: TenantId, person: Person, most: number): Promise<'added' | 'exists' | 'full'>;
  get(tenant: TenantId, user: UserId): Promise<Person | undefined>;
  /** Lists people by id, ascending. @throws Problem `invalid_cursor` */
  list(tenant: TenantId, query: { cursor?: string | undefined; limit: number }): Promise<Page<Person>>;
  /**
   * Makes a person `active`, whose account has been made.
   * @returns undefined if the person is not `inviting`
   * @throws Problem `conflict` if the tenant is not active
   */
  confirm(tenant: TenantId, user: UserId, subject: string): Promise<Person | undefined>;
  /**
   * Changes a person who is not `inviting`.
   * @returns the person before and after; undefined if there is none
   * @throws Problem `conflict` if the person is the tenant's last Admin and would no longer be one
   */
  change(
    tenant: TenantId,
    user: UserId,
    change: PersonChange,
  ): Promise<{ before: Person; after: Person } | undefined>;
  /** Removes a person who is not `active`. @returns true if there was one */
  remove(tenant: TenantId, user: UserId): Promise<boolean>;
  /** Removes a person of a tenant that is being removed, in any state. Counts nothing. Idempotent. */
  erase(tenant: TenantId, user: UserId): Promise<void>;
}
