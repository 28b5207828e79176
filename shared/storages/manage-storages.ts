import { randomBytes } from 'node:crypto';
import type { Probe } from '#shared/connectors/connector.ts';
import type { Connectors } from '#shared/connectors/connectors.ts';
import type { Credentials } from '#shared/connectors/credentials.ts';
import type { StorageTarget } from '#shared/connectors/storage-target.ts';
import { newStorageId, type StorageId, type TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { SecretStore } from '#shared/secrets/secret-store.ts';
import { fitsType } from './fits-type.ts';
import { credentialsOf, putCredentials, removeCredentials } from './location-secrets.ts';
import { nextScanAt } from './next-scan.ts';
import type { StorageLocation } from './storage-location.ts';
import type { StorageChange, StorageStore } from './storage-store.ts';
import { targetDigest } from './target-digest.ts';
import { tryLocation } from './try-location.ts';

interface Ports {
  storages: StorageStore;
  secrets: Pick<SecretStore, 'get' | 'put' | 'remove'>;
  connectors: Connectors;
  timeoutSeconds?: number;
  now?: () => Date;
}

type Chosen = Pick<StorageLocation, 'name' | 'include' | 'exclude' | 'schedule' | 'on_missing' | 'days'>;
type Added = StorageTarget &
  Chosen & {
    prefix: string;
    credentials?: Credentials | undefined;
    /** Identifies repetitions of the call. */
    repeatKey?: string | undefined;
  };
/** A schedule of null is removed. */
type Change = { [Name in Exclude<keyof Chosen, 'schedule'>]?: Chosen[Name] | undefined } & {
  schedule?: Chosen['schedule'] | null | undefined;
  credentials?: Credentials | undefined;
};

/** Maximum of locations per tenant. */
export const MAX_STORAGES = 100;
/** Maximum of external ids per tenant: more than can be in use. */
const MAX_EXTERNAL_IDS = 2 * MAX_STORAGES;

/** Adds, tries and changes the storage locations of a tenant. Nothing is stored that does not work. */
export function manageStorages(ports: Ports) {
  const { storages, secrets, now = () => new Date() } = ports;
  const tried = tryLocation(ports);

  async function find(tenant: TenantId, storage: StorageId): Promise<StorageLocation> {
    const location = await storages.get(tenant, storage);
    if (!location) throw notFound(storage);
    return location;
  }

  /** Returns a location that is not being removed. */
  async function findActive(tenant: TenantId, storage: StorageId): Promise<StorageLocation> {
    const location = await find(tenant, storage);
    if (location.state !== 'active') throw isRemoving(storage);
    return location;
  }

  /** @throws Problem before another tenant's role could be tried with its external id */
  async function checkExternalId(tenant: TenantId, { type, config }: StorageTarget): Promise<void> {
    if (type !== 's3' || config.external_id === undefined) return;
    if (!(await storages.isFreeExternalId(tenant, config.external_id))) throw notIssued();
  }

  /** @returns the location that an earlier, interrupted call with the same repeat key added */
  async function checkKnown(
    tenant: TenantId,
    added: StorageTarget & { prefix: string },
    repeatKey: string | undefined,
  ): Promise<StorageLocation | undefined> {
    const known = await storages.findTarget(tenant, targetDigest(added));
    if (known === undefined) return undefined;
    const location = await storages.get(tenant, known);
    if (repeatKey === undefined || location?.repeat_key !== repeatKey) throw isKnown(known);
    return location;
  }

  /** Removes the credentials again if it is certain that the location was not stored. */
  async function store(tenant: TenantId, location: StorageLocation): Promise<void> {
    const refuse = async (problem: Problem): Promise<never> => {
      await removeCredentials(secrets, tenant, location.storage_id);
      throw problem;
    };
    const stored = await storages.add(tenant, location, MAX_STORAGES).catch((error: unknown) => {
      if (error instanceof Problem && error.code === 'conflict') return refuse(error);
      throw error;
    });
    if (stored.outcome === 'known') await refuse(isKnown(stored.storage_id));
    if (stored.outcome === 'external_id') await refuse(notIssued());
    if (stored.outcome === 'full') await refuse(isFull());
  }

  return {
    find,

    /** @returns an external id that no other tenant can use @throws Problem `conflict` if the tenant is not active */
    issueExternalId: (tenant: TenantId): Promise<string> =>
      storages.issueExternalId(tenant, `dlx_${randomBytes(32).toString('base64url')}`, MAX_EXTERNAL_IDS),

    /**
     * Adds a location that can be listed and read.
     * @throws Problem `conflict` if the tenant has the target, or too many locations; `invalid_request` for an external id
     *   that is not the tenant's to use; those of `tryLocation`
     */
    async add(tenant: TenantId, input: Added): Promise<{ location: StorageLocation; checked: Probe }> {
      const { credentials, repeatKey, ...added } = input;
      const before = await checkKnown(tenant, added, repeatKey);
      if (before) {
        const read = credentialsOf(secrets, tenant, before.storage_id);
        return { location: before, checked: await tried(tenant, before, read) };
      }
      await checkExternalId(tenant, added);
      const storage_id = newStorageId();
      const at = now();
      const location: StorageLocation = {
        ...added,
        ...{ tenant_id: tenant, storage_id, state: 'active', scans: 0 },
        ...(added.schedule && { next_scan_at: nextScanAt(storage_id, added.schedule, at) }),
        ...(repeatKey !== undefined && { repeat_key: repeatKey }),
        ...{ created_at: at.toISOString(), updated_at: at.toISOString() },
      };
      const checked = await tried(tenant, location, async () => credentials);
      if (credentials) await putCredentials(secrets, tenant, storage_id, credentials);
      await store(tenant, location);
      return { location, checked };
    },

    /** Tries a location with its stored credentials. @throws Problem `not_found`, `conflict`; those of `tryLocation` */
    async test(tenant: TenantId, storage: StorageId): Promise<Probe> {
      const location = await findActive(tenant, storage);
      return tried(tenant, location, credentialsOf(secrets, tenant, storage));
    },

    /**
     * Changes a location. New credentials are tried before they replace the old ones.
     * @throws Problem `not_found`; `conflict` if it is being removed; `invalid_request` for credentials of another type;
     *   those of `tryLocation`
     */
    async change(
      tenant: TenantId,
      storage: StorageId,
      { credentials, schedule, ...fields }: Change,
    ): Promise<{ before: StorageLocation; after: StorageLocation }> {
      const before = await findActive(tenant, storage);
      if (credentials) {
        if (!fitsType(before, credentials)) throw doNotFit(before);
        await tried(tenant, before, async () => credentials);
        await putCredentials(secrets, tenant, storage, credentials);
      }
      const at = now();
      const change: StorageChange = {
        ...given(fields),
        ...(fields.on_missing !== undefined && { days: fields.days }),
        ...(schedule !== undefined && {
          schedule: schedule ?? undefined,
          next_scan_at: schedule ? nextScanAt(storage, schedule, at) : undefined,
        }),
        updated_at: at.toISOString(),
      };
      const after = await storages.change(tenant, storage, change);
      if (after) return { before, after };
      // The removal may have been past the secret: then nobody else removes it.
      if (credentials) await removeCredentials(secrets, tenant, storage);
      throw (await storages.get(tenant, storage)) ? isRemoving(storage) : notFound(storage);
    },
  };
}

/** Returns the fields that are not undefined. */
const given = (fields: Omit<Change, 'credentials' | 'schedule'>): StorageChange =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

const notFound = (storage: StorageId): Problem =>
  new Problem('not_found', `There is no storage location ${storage}.`);
const isRemoving = (storage: StorageId): Problem =>
  new Problem('conflict', `The storage location ${storage} is being removed.`);
const isKnown = (storage: StorageId): Problem =>
  new Problem(
    'conflict',
    `The location ${storage} has this bucket and prefix. Change it, or remove it first.`,
  );
const isFull = (): Problem =>
  new Problem(
    'conflict',
    `The tenant has ${MAX_STORAGES} storage locations, the maximum. Remove some first.`,
  );
const notIssued = (): Problem => {
  const message = 'was not issued to this tenant, or another location has it';
  return new Problem(
    'invalid_request',
    `config.external_id ${message}. Get one from POST /v1/storage/external-id, and name it in the role’s trust policy.`,
    { errors: [{ pointer: '/config/external_id', message }] },
  );
};
const doNotFit = ({ type, config }: StorageTarget): Problem => {
  const message = 'role_arn' in config ? 'the location has a role' : `are not those of ${type}`;
  return new Problem('invalid_request', `The credentials do not fit: ${message}.`, {
    errors: [{ pointer: '/credentials', message }],
  });
};
