import type { ImageRecord } from '#shared/images/image-record.ts';
import type { ImageStore } from '#shared/images/image-store.ts';
import { isIndexed } from '#shared/images/indexed-image.ts';
import { vectorDocument } from '#shared/images/vector-document.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import type { VectorIndex } from '#shared/vector-index/vector-index.ts';

interface Ports {
  imageStore: Pick<ImageStore, 'get' | 'setHidden' | 'getVectors'>;
  index: Pick<VectorIndex, 'remove' | 'upsert'>;
}

/**
 * Takes images out of the results of searches, and brings them back. Their vectors stay, so that nothing is embedded again;
 * the record says that they are hidden, so that a check of the index finds the same. A further model's index may be filled
 * meanwhile: the models are read once the record says what they are to hold.
 */
export const imageVisibility = ({ imageStore, index }: Ports) => {
  const modelsOf = async (tenant: TenantId, image: ImageId): Promise<readonly string[]> =>
    (await imageStore.get(tenant, image))?.models ?? [];
  return {
    async hide(tenant: TenantId, record: ImageRecord): Promise<void> {
      const { image_id } = record;
      if (!isIndexed(record)) return;
      await imageStore.setHidden(tenant, image_id, true);
      for (const model of await modelsOf(tenant, image_id)) await index.remove(tenant, model, [image_id]);
      await imageStore.setHidden(tenant, image_id, true); // once more: answers of in between belong to the version before
    },
    async show(tenant: TenantId, record: ImageRecord): Promise<void> {
      const { image_id } = record;
      if (!isIndexed(record) || record.hidden !== true) return;
      const show = async (models: readonly string[]) => {
        for (const model of models) {
          const embedding = (await imageStore.getVectors(tenant, [image_id], model)).get(image_id);
          if (embedding) await index.upsert(tenant, model, [vectorDocument(image_id, record, embedding)]);
        }
        await imageStore.setHidden(tenant, image_id, false);
      };
      await show(record.models);
      const added = (await modelsOf(tenant, image_id)).filter((model) => !record.models.includes(model));
      if (added.length > 0) await show(added);
    },
  };
};
