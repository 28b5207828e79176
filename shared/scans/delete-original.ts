import type { Connectors } from '#shared/connectors/connectors.ts';
import { purgedProblem } from '#shared/images/find-image.ts';
import type { PurgeReceipt } from '#shared/images/image-record.ts';
import type { ImageStore } from '#shared/images/image-store.ts';
import {
  type ImageId,
  STORAGE_ID_PATTERN,
  type StorageId,
  storageId,
  type TenantId,
} from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { StorageStore } from '#shared/storages/storage-store.ts';
import type { Catalogue } from './catalogue.ts';
import type { ReadCredentials } from './scan-ports.ts';

interface Ports {
  imageStore: Pick<ImageStore, 'get'>;
  storages: Pick<StorageStore, 'get'>;
  catalogue: Pick<Catalogue, 'get' | 'write'>;
  connectors: Connectors;
  credentials: ReadCredentials;
  /** Deletes the image and all that is derived from it. */
  deleteImage: (tenant: TenantId, image: ImageId) => Promise<PurgeReceipt>;
}

/** `absent`: there was none any more. */
export type OriginalOutcome = 'deleted' | 'absent';

/** What the tenant's own log shows. */
const SESSION = 'delete';

/**
 * Deletes an image together with its original in the tenant's own storage: the original first, so that an image without
 * permission to delete it stays as it is. Repeated after an interruption, it finds the original absent, and goes on. The
 * original of an upload always goes with its image.
 * @throws Problem `not_found`, `purged`; `object_changed` if the object is another picture by now; `conflict` if its location
 *   is gone; those of the connector, such as `storage_access_denied`
 */
export const deleteWithOriginal =
  (ports: Ports) =>
  async (tenant: TenantId, image: ImageId): Promise<PurgeReceipt & { original: OriginalOutcome }> => {
    const record = await ports.imageStore.get(tenant, image);
    if (record?.status === 'purged') throw purgedProblem(record);
    const original =
      record && STORAGE_ID_PATTERN.test(record.storage_location)
        ? await deleteObject(ports, tenant, {
            ...{ image, storage: storageId(record.storage_location), key: record.file_path },
          })
        : 'deleted';
    return { ...(await ports.deleteImage(tenant, image)), original };
  };

async function deleteObject(
  { storages, catalogue, connectors, credentials }: Ports,
  tenant: TenantId,
  { image, storage, key }: { image: ImageId; storage: StorageId; key: string },
): Promise<OriginalOutcome> {
  const location = await storages.get(tenant, storage);
  if (location?.state !== 'active')
    throw new Problem(
      'conflict',
      `The storage location ${storage} is removed, and with it what opens it. Delete the image without its original.`,
    );
  const entry = (await catalogue.get(tenant, storage, [key])).get(key);
  const connector = await connectors.open(tenant, location, () => credentials(tenant, storage), SESSION);
  // Only the content that the image was made of may go.
  const isOfImage = entry?.image === image && entry.state !== 'queued';
  if (!isOfImage) {
    if (!(await connector.stat(key))) return 'absent';
    throw new Problem('object_changed', `${key} is another picture by now. Delete the image that it has.`);
  }
  const wasThere = await connector.remove({ key, changeToken: entry.changeToken });
  // Of an object that is gone for good nothing is to be missed; a scan that writes it meanwhile finds the same.
  await catalogue.write(tenant, storage, [{ before: entry, after: undefined }]);
  return wasThere ? 'deleted' : 'absent';
}
