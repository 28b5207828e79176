import { createHash } from 'node:crypto';
import type { Blobs } from '#shared/blobs/blobs.ts';
import type { Embedder, Embedding } from '#shared/embedding/embedder.ts';
import { findImage } from '#shared/images/find-image.ts';
import type { ImageStore } from '#shared/images/image-store.ts';
import { isIndexed } from '#shared/images/indexed-image.ts';
import type { ImagePart, Imaging } from '#shared/imaging/imaging.ts';
import type { Raster } from '#shared/imaging/raster.ts';
import type { Region } from '#shared/imaging/region.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { shownRegions } from '#shared/matching/geometry/shown-regions.ts';
import { type QueryImage, storedQueryImage } from '#shared/matching/query-image.ts';
import { readModelImage } from '#shared/matching/read-model-image.ts';
import type { QuerySource } from './query.ts';

export interface ReadQueryPorts {
  imageStore: ImageStore;
  imaging: Imaging;
  embedder: Embedder;
  blobs: Pick<Blobs, 'get'>;
}

/** A query, ready to search with. */
export interface ReadQuery {
  query: QueryImage;
  /** Embeds the images that the query shows, if any: a forward pass each. */
  shownImages: () => Promise<readonly Embedding[]>;
}

/**
 * Reads the query image. A stored image is decoded and embedded again only if a region of it is requested.
 * @throws Problem of `Imaging.read`; `not_found`, `purged` or `image_not_ready` for an image id
 */
export const readQuery =
  (ports: ReadQueryPorts) =>
  async (tenant: TenantId, source: QuerySource, region?: Region): Promise<ReadQuery> => {
    if ('bytes' in source) {
      const image = await ports.imaging.read(source.bytes);
      if (region) return fromPart(ports, await image.part(region));
      return fromPart(ports, image, {
        sha256: createHash('sha256').update(source.bytes).digest('hex'),
      });
    }
    if (region) {
      await storedImage(ports, tenant, source.imageId);
      const modelImage = await readModelImage(ports, tenant, source.imageId);
      if (!modelImage)
        throw new Problem('image_not_ready', `The pixels of ${source.imageId} are not in the store.`);
      const image = await ports.imaging.open(modelImage);
      return fromPart(ports, await image.part(region), { imageId: source.imageId });
    }
    const query = await storedImage(ports, tenant, source.imageId);
    return {
      query,
      shownImages: async () => {
        const modelImage = await query.modelImage?.();
        return modelImage ? embedShownImages(ports, modelImage, () => ports.imaging.open(modelImage)) : [];
      },
    };
  };

async function fromPart(
  ports: ReadQueryPorts,
  part: ImagePart,
  identity: Pick<QueryImage, 'sha256' | 'imageId'> = {},
): Promise<ReadQuery> {
  const { imaging, embedder } = ports;
  const { modelImage, pixelHash, width, height } = part;
  const [[embedding], perceptualHash] = await Promise.all([
    imaging.modelInput(modelImage, embedder.manifest.input).then((input) => embedder.embed([input])),
    imaging.perceptualHash(modelImage),
  ]);
  if (!embedding)
    throw new Problem('internal_error', `${embedder.manifest.name} returned no embedding of the query.`);
  const query: QueryImage = {
    ...identity,
    pixelHash,
    perceptualHash,
    width,
    height,
    embedding,
    modelImage: async () => modelImage,
  };
  return {
    query,
    shownImages: () => embedShownImages(ports, modelImage, async () => part),
  };
}

/**
 * Finds shown images at the model image's size, and embeds them.
 * @param open opens the raster to read them from; called if there are any
 */
async function embedShownImages(
  { imaging, embedder }: Pick<ReadQueryPorts, 'imaging' | 'embedder'>,
  whole: Raster,
  open: () => Promise<Pick<ImagePart, 'part'>>,
): Promise<readonly Embedding[]> {
  const regions = shownRegions(whole);
  if (regions.length === 0) return [];
  const image = await open();
  const inputs = await Promise.all(
    regions.map(async (region) => {
      const { modelImage } = await image.part(region);
      return imaging.modelInput(modelImage, embedder.manifest.input);
    }),
  );
  return embedder.embed(inputs);
}

async function storedImage(ports: ReadQueryPorts, tenant: TenantId, image: ImageId): Promise<QueryImage> {
  const { imageStore, embedder } = ports;
  const record = await findImage({ imageStore })(tenant, image);
  const model = embedder.manifest.name;
  const embedding: Embedding | undefined = (await imageStore.getVectors(tenant, [image], model)).get(image);
  if (!isIndexed(record) || !embedding) {
    throw new Problem(
      'image_not_ready',
      `The image ${image} is ${record.status}: ${model} has no vectors of it.`,
    );
  }
  let modelImage: Promise<Raster | undefined> | undefined;
  return storedQueryImage(record, embedding, () => {
    modelImage ??= readModelImage(ports, tenant, image);
    return modelImage;
  });
}
