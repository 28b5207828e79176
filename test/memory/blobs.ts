import type { Blobs, Folder } from '#shared/blobs/blobs.ts';
import { objectKeys } from '#shared/blobs/object-keys.ts';
import { checkKey, isKeyOf } from '#shared/blobs/tenant-keys.ts';
import type { TenantId } from '#shared/kernel/ids.ts';

/** Objects in memory, for tests. Its forms and links cannot be used. */
export function memoryBlobs(): Blobs & { keys(tenant: TenantId, folder: Folder): string[] } {
  const objects = new Map<string, Uint8Array>();
  const keysIn = (tenant: TenantId, folder: Folder) =>
    [...objects.keys()].filter((key) => key.startsWith(`${folder}/`) && isKeyOf(tenant, key));
  return {
    bucket: 'memory',
    keys: keysIn,
    async put(tenant, key, bytes) {
      checkKey(tenant, key);
      objects.set(key, bytes.slice());
    },
    async create(tenant, key, bytes) {
      checkKey(tenant, key);
      if (objects.has(key)) return false;
      objects.set(key, bytes.slice());
      return true;
    },
    async get(tenant, key) {
      checkKey(tenant, key);
      return objects.get(key)?.slice();
    },
    async size(tenant, key) {
      checkKey(tenant, key);
      return objects.get(key)?.length;
    },
    async remove(tenant, keys) {
      for (const key of keys) checkKey(tenant, key);
      return keys.filter((key) => objects.delete(key)).length;
    },
    async discard(tenant, keys) {
      for (const key of keys) checkKey(tenant, key);
      for (const key of keys) objects.delete(key);
    },
    async removeImage(tenant, image) {
      const files = [objectKeys.incoming(tenant, image), objectKeys.upload(tenant, image)];
      for (const key of [...objects.keys()])
        if (files.includes(key) || key.startsWith(objectKeys.derived(tenant, image))) objects.delete(key);
    },
    async removeSome(tenant, folder) {
      return keysIn(tenant, folder).filter((key) => objects.delete(key)).length;
    },
    async count(tenant, folder) {
      return keysIn(tenant, folder).length;
    },
    async presignUpload(tenant, key, pin) {
      checkKey(tenant, key);
      return { url: 'http://memory.invalid/', fields: { key, 'Content-Type': pin.contentType } };
    },
    async presignDownload(tenant, key, expiresIn) {
      checkKey(tenant, key);
      return `http://memory.invalid/${key}?expires=${expiresIn}`;
    },
  };
}
