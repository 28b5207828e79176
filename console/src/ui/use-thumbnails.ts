import type { DeepLens, Image } from '@deeplens/sdk';
import { useQuery } from '@tanstack/react-query';
import { useSession } from '../app/session.tsx';

/** The most that a call takes. */
const BATCH = 100;
/** Signed URLs are valid for 15 minutes. */
const FRESH_MS = 12 * 60_000;

/** Gets the records of images with signed thumbnails: one call for a hundred. */
export async function imagesWithThumbnails(
  client: DeepLens,
  ids: readonly string[],
  signal?: AbortSignal,
): Promise<Map<string, Image>> {
  const found = new Map<string, Image>();
  for (let start = 0; start < ids.length; start += BATCH) {
    const batch = ids.slice(start, start + BATCH);
    const { items } = await client.images.list({ ids: batch, expand: 'thumbnail_urls' }, { signal });
    for (const image of items) found.set(image.image_id, image);
  }
  return found;
}

/** Options of the query for the images of a list. */
export const imagesQuery = (client: DeepLens, ids: readonly string[]) => ({
  queryKey: ['images', ...ids],
  queryFn: ({ signal }: { signal: AbortSignal }) => imagesWithThumbnails(client, ids, signal),
  staleTime: FRESH_MS,
  gcTime: FRESH_MS,
});

/** Returns the records of images with signed thumbnails, by id, as soon as they are there. */
export function useImages(ids: readonly string[]): ReadonlyMap<string, Image> {
  const { client } = useSession();
  const { data } = useQuery({ ...imagesQuery(client, ids), enabled: ids.length > 0 });
  return data ?? NONE;
}
const NONE: ReadonlyMap<string, Image> = new Map();

/** Returns the URL of the smallest thumbnail that is at least `size` pixels, else of the largest. */
export function thumbnailUrl(image: Image | undefined, size: number): string | undefined {
  const sorted = image?.thumbnails?.toSorted((one, other) => one.size - other.size) ?? [];
  return (sorted.find((each) => each.size >= size) ?? sorted.at(-1))?.url;
}
