import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import type { Verdict } from '#shared/kernel/vocabulary.ts';
import { eachOf } from '../each-of.ts';
import type { NamedImage } from './photographs.ts';
import type { Service } from './service.ts';

/** An image to store. Images of one family are copies of each other. */
export interface LibraryImage extends NamedImage {
  family: string;
  /** Images of one kind are similar to each other; absent if nobody knows what is similar to it. */
  kind?: string;
}

export interface Judgement {
  verdict: Verdict;
  score: number;
}

/** A library and what the service says of it: each stored image was searched with, by its id. All by name. */
export interface JudgedLibrary {
  /** All images, also those that were refused. */
  images: readonly LibraryImage[];
  refused: readonly string[];
  /** By image searched with: the images of its answer. */
  judgements: ReadonlyMap<string, ReadonlyMap<string, Judgement>>;
  groups: readonly (readonly string[])[];
}

/** More results than any image has copies. */
export const MAX_RESULTS = 100;

/** Stores images in the given order. @returns their ids, without those of refused images */
export async function store(
  service: Service,
  tenant: TenantId,
  images: readonly NamedImage[],
): Promise<Map<string, ImageId>> {
  const ids = new Map<string, ImageId>();
  await eachOf(`${tenant}: ingest`, images, async ({ name, load }) => {
    const image = await service.ingest(tenant, await load(), name);
    if (image) ids.set(name, image);
  });
  return ids;
}

/** Searches with each stored image by its id, and reads the duplicate groups. */
export async function judge(
  service: Service,
  tenant: TenantId,
  images: readonly LibraryImage[],
  ids: ReadonlyMap<string, ImageId>,
): Promise<JudgedLibrary> {
  const names = new Map([...ids].map(([name, image]) => [image, name]));
  const nameOf = (image: ImageId): string => names.get(image) ?? image;
  const judgements = new Map<string, Map<string, Judgement>>();
  await eachOf(`${tenant}: search by id`, [...ids], async ([name, imageId]) => {
    const { results } = await service.search(tenant, { imageId }, MAX_RESULTS);
    const judged = results.map(
      ({ image_id, verdict, similarity_score }) =>
        [nameOf(image_id), { verdict, score: similarity_score }] as const,
    );
    judgements.set(name, new Map(judged));
  });
  const groups = (await service.groups(tenant)).map(({ members }) =>
    members.map(({ image_id }) => nameOf(image_id)),
  );
  const refused = images.filter(({ name }) => !ids.has(name)).map(({ name }) => name);
  return { images, refused, judgements, groups };
}
