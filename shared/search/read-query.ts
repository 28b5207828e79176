import { createHash } from 'node:crypto';
import type { Blobs } from '#shared/blobs/blobs.ts';
import type { Embedder, Embedding } from '#shared/embedding/embedder.ts';
import { findImage } from '#shared/images/find-image.ts';
import type { ImageStore } from '#shared/images/image-store.ts';
import { isIndexed } from '#shared/images/indexed-image.ts';
import type { Imaging } from '#shared/imaging/imaging.ts';
import type { Raster } from '#shared/imaging/raster.ts';
import { TURNS, type Turn } from '#shared/imaging/turn.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { Inset } from '#shared/matching/embedded-query.ts';
import { insetOf } from '#shared/matching/geometry/embedded-image.ts';
import { cellsOf, type Probe, storedProbe } from '#shared/matching/query-image.ts';
import type { HeldCells } from '#shared/matching/verify-geometry.ts';
import { storedPixels } from '#shared/matching/verify-pixels.ts';
import type { QuerySource, Region } from './query.ts';

export interface ReadQueryPorts {
  imageStore: ImageStore;
  imaging: Imaging;
  embedder: Embedder;
  blobs: Pick<Blobs, 'get'>;
}

/** A query, ready to be searched with. */
export interface ReadQuery {
  probe: Probe;
  /** The query mirrored and turned by 90, 180 and 270°: four more forward passes. */
  otherTurns: () => Promise<HeldCells[]>;
  /** The picture that is shown within the query, where there is one: one more forward pass. */
  inset: () => Promise<Inset | undefined>;
}

/**
 * Turns what the caller asks for into a probe. A picture of the tenant's own is not decoded again, unless only a part
 * of it is meant.
 * @throws Problem of `Imaging.read`; `not_found`, `purged` or `image_not_ready` for an image id
 */
export const readQuery =
  (ports: ReadQueryPorts) =>
  async (tenant: TenantId, source: QuerySource, region?: Region): Promise<ReadQuery> => {
    if ('bytes' in source) {
      const { raster } = await ports.imaging.read(source.bytes);
      if (region) return fromPixels(ports, await ports.imaging.crop(raster, region));
      return fromPixels(ports, raster, {
        sha256: createHash('sha256').update(source.bytes).digest('hex'),
      });
    }
    if (region) {
      await storedPicture(ports, tenant, source.imageId);
      const picture = await storedPixels(ports, tenant, source.imageId);
      if (!picture)
        throw new Problem('image_not_ready', `The pixels of ${source.imageId} are not in the store.`);
      return fromPixels(ports, await ports.imaging.crop(picture, region), { imageId: source.imageId });
    }
    const probe = await storedPicture(ports, tenant, source.imageId);
    return {
      probe,
      otherTurns: async () => {
        const picture = await storedPixels(ports, tenant, source.imageId);
        return picture ? hold(ports, picture, probe) : [];
      },
      inset: async () => {
        const picture = await storedPixels(ports, tenant, source.imageId);
        return picture && shownWithin(ports, picture, picture, { imageId: source.imageId });
      },
    };
  };

async function fromPixels(
  ports: ReadQueryPorts,
  raster: Raster,
  identity: Pick<Probe, 'sha256' | 'imageId'> = {},
): Promise<ReadQuery> {
  const { imaging, embedder } = ports;
  const picture = await imaging.modelImage(raster);
  const [[embedding], perceptualHash] = await Promise.all([
    imaging.modelInput(picture, embedder.manifest.input).then((input) => embedder.embed([input])),
    imaging.perceptualHash(picture),
  ]);
  if (!embedding) throw new Problem('internal_error', `${embedder.manifest.name} left out the query.`);
  let pixelHash: string | undefined;
  const probe: Probe = {
    ...identity,
    pixelHash: () => {
      pixelHash ??= imaging.pixelHash(raster);
      return pixelHash;
    },
    perceptualHash,
    width: raster.width,
    height: raster.height,
    embedding,
    picture: async () => picture,
  };
  return {
    probe,
    otherTurns: () => hold(ports, picture, probe),
    inset: () => shownWithin(ports, raster, picture, identity),
  };
}

/** @param picture the model picture of the raster: a page is told from what it shows at that size */
async function shownWithin(
  ports: ReadQueryPorts,
  raster: Raster,
  picture: Raster,
  { imageId }: Pick<Probe, 'imageId'>,
): Promise<Inset | undefined> {
  const part = insetOf(picture);
  if (!part) return undefined;
  const cropped = await ports.imaging.crop(raster, part);
  const { probe } = await fromPixels(ports, cropped, imageId && { imageId });
  return { part, probe };
}

async function storedPicture(ports: ReadQueryPorts, tenant: TenantId, image: ImageId): Promise<Probe> {
  const { imageStore, embedder } = ports;
  const record = await findImage({ imageStore })(tenant, image);
  const model = embedder.manifest.name;
  const embedding: Embedding | undefined = (await imageStore.getVectors(tenant, [image], model)).get(image);
  if (!isIndexed(record) || !embedding) {
    throw new Problem(
      'image_not_ready',
      `The picture ${image} is ${record.status}: ${model} has no vectors of it.`,
    );
  }
  return storedProbe(record, embedding, () => storedPixels(ports, tenant, image));
}

/** The cells of a picture held in every way but upright. */
async function hold(
  { imaging, embedder }: ReadQueryPorts,
  picture: Raster,
  { width, height }: { width: number; height: number },
): Promise<HeldCells[]> {
  const turns = TURNS.filter((turn) => turn !== 'upright');
  const inputs = await Promise.all(
    turns.map((turn) => imaging.modelInput(picture, embedder.manifest.input, turn)),
  );
  const embeddings = await embedder.embed(inputs);
  return turns.flatMap((turn, position) => {
    const embedding = embeddings[position];
    const size = onItsSide(turn) ? { width: height, height: width } : { width, height };
    const cells = embedding && cellsOf(embedder.manifest, embedding, size);
    return cells ? [{ turn, cells }] : [];
  });
}

const onItsSide = (turn: Turn): boolean => turn === 'turned90' || turn === 'turned270';
