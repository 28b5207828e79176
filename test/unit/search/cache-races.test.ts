import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ImageId } from '#shared/kernel/ids.ts';
import { searchImages } from '#shared/search/search-images.ts';
import { memorySimilarityCache } from '../../memory/similarity-cache.ts';
import { ACME, library, manifest, NOW, only, seen } from './library.ts';

/** How many the index tells: few, so that what is in the index and not shown crowds out others. */
const SHELF = 3;

type Step = 'add' | 'purge' | 'search';

test('whatever happens at the same time, a search afterwards finds what is there, cached or not', async () => {
  const answers: [cached: boolean, results: number][] = [];
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.constantFrom<Step>('add', 'purge', 'search'), { minLength: 4, maxLength: 10 }),
      async (scheduler, steps) => {
        const shelf = await library();
        const { imageStore, index } = shelf;
        const turn = () => scheduler.schedule(Promise.resolve());
        const add = async (): Promise<ImageId> => {
          const image = await shelf.add(seen(0.99, 0.99), { status: 'processed' });
          await turn();
          await imageStore.advance(ACME, image, 'indexed', NOW);
          return image;
        };
        const purge = async (image: ImageId) => {
          await imageStore.markPurged(ACME, image, NOW);
          await turn();
          await index.remove(ACME, manifest.name, [image]);
          await turn();
          await imageStore.removeVectors(ACME, image);
        };
        const cache = memorySimilarityCache();
        const searchWith = (kept: typeof cache, yielding: () => Promise<unknown>) => {
          const search = searchImages({
            ...shelf,
            cache: kept,
            installed: only({ manifest, provider: 'cpu', embed: async () => [] }),
            imageStore: {
              ...imageStore,
              async libraryVersion(tenant) {
                const version = await imageStore.libraryVersion(tenant);
                await yielding();
                return version;
              },
            },
            index: {
              // The three nearest beside its own: what is in the index and not shown takes the place of another.
              async search(tenant, model, query) {
                const found = await index.search(tenant, model, { ...query, k: SHELF + 1 });
                await yielding();
                return found;
              },
            },
          });
          return () =>
            search(ACME, {
              source: { imageId: own },
              threshold: 0.7,
              maxResults: 20,
              includeMetadata: false,
              models: [manifest.name],
              thumbnailUrl: (image) => image,
            });
        };
        const own = await shelf.add(seen(1, 1), { status: 'processed' });
        await imageStore.advance(ACME, own, 'indexed', NOW);
        const first = await Promise.all(
          Array.from({ length: SHELF }, () => shelf.add(seen(0.99, 0.99), { status: 'processed' })),
        );
        for (const image of first) await imageStore.advance(ACME, image, 'indexed', NOW);

        const search = searchWith(cache, turn);
        const running = steps.map(async (step) => {
          await turn();
          if (step === 'search') return search();
          if (step === 'add') return add();
          const image = first.pop();
          return image && purge(image);
        });
        await scheduler.waitFor(Promise.all(running));

        const now = async () => undefined;
        const fresh = await searchWith(memorySimilarityCache(), now)();
        const known = await searchWith(cache, now)();
        expect(fresh.cached).toBe(false);
        expect(known.results).toEqual(fresh.results);
        answers.push([known.cached, known.results.length]);
      },
    ),
    { numRuns: 200 },
  );
  // Otherwise it would have proven nothing.
  expect(answers.some(([cached, results]) => cached && results > 0)).toBe(true);
});
