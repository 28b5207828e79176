import { imageKey, tenantPartition, vectorKey, vectorPrefix } from '#shared/aws/dynamodb-keys.ts';
import type { Table } from '#shared/aws/dynamodb-table.ts';
import { embeddingOf, readVectors, vectorsItem } from './dynamodb-image-items.ts';
import { libraryChange, noteLibraryChange } from './dynamodb-library-version.ts';
import type { ImageStore } from './image-store.ts';

/** Stores the vectors beside the records: every vector index is built from them. */
export const imageVectors = (
  table: Table,
): Pick<ImageStore, 'noteModel' | 'putVectors' | 'getVectors' | 'removeVectors'> => ({
  async noteModel(tenant, image, model, at) {
    const Key = imageKey(tenant, image);
    const noted = await table.writeTogether([
      {
        Update: {
          Key,
          UpdateExpression: 'SET #models = list_append(#models, :models), updated_at = :at',
          ConditionExpression: '#status = :indexed AND NOT contains(#models, :model)',
          ExpressionAttributeNames: { '#models': 'models', '#status': 'status' },
          ExpressionAttributeValues: {
            ':models': [model],
            ':model': model,
            ':at': at,
            ':indexed': 'indexed',
          },
        },
      },
      libraryChange(tenant, image),
    ]);
    return noted || (await table.get(Key))?.status === 'indexed';
  },
  async putVectors(tenant, image, model, embedding) {
    return table.writeTogether([
      {
        ConditionCheck: {
          Key: imageKey(tenant, image),
          ConditionExpression: 'attribute_exists(pk) AND #status <> :purged',
          ExpressionAttributeNames: { '#status': 'status' },
          ExpressionAttributeValues: { ':purged': 'purged' },
        },
      },
      {
        Put: {
          Item: {
            ...vectorKey(tenant, image, model),
            image_id: image,
            created_at: new Date().toISOString(),
            ...vectorsItem(embedding),
          },
        },
      },
    ]);
  },
  async getVectors(tenant, images, model) {
    const items = await table.getMany([...new Set(images)].map((image) => vectorKey(tenant, image, model)));
    const embeddings = new Map(
      items.map(readVectors).map((vectors) => [vectors.image_id, embeddingOf(vectors)]),
    );
    return new Map(
      images.flatMap((image) => {
        const embedding = embeddings.get(image);
        return embedding ? [[image, embedding] as const] : [];
      }),
    );
  },
  async removeVectors(tenant, image) {
    const keys = [];
    for await (const { sk } of table.query({
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :vectors)',
      ExpressionAttributeValues: { ':pk': tenantPartition(tenant), ':vectors': vectorPrefix(image) },
      ProjectionExpression: 'sk',
    })) {
      keys.push({ pk: tenantPartition(tenant), sk: String(sk) });
    }
    await table.removeMany(keys);
    await noteLibraryChange(table, tenant, image);
    return keys.length;
  },
});
