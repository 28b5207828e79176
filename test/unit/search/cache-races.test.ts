import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ImageId } from '#shared/kernel/ids.ts';
import { searchImages } from '#shared/search/search-images.ts';
import { memorySimilarityCache } from '../../memory/similarity-cache.ts';
import { ACME, embeddingAt, installedOnly, library, manifest, NOW } from './library.ts';

/** Candidates that the index returns: few, so that a purged image displaces another. */
const CANDIDATES = 3;

type Step = 'add' | 'purge' | 'search';

test('a search after concurrent changes returns the same results, cached or not', async () => {
  const answers: [cached: boolean, results: number][] = [];
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.constantFrom<Step>('add', 'purge', 'search'), { minLength: 4, maxLength: 10 }),
      async (scheduler, steps) => {
        const shelf = await library();
        const { imageStore, index } = shelf;
        const yieldTurn = () => scheduler.schedule(Promise.resolve());
        const add = async (): Promise<ImageId> => {
          const image = await shelf.add(embeddingAt(0.99, 0.99), { status: 'processed' });
          await yieldTurn();
          await imageStore.advance(ACME, image, 'indexed', NOW);
          return image;
        };
        const purge = async (image: ImageId) => {
          await imageStore.markPurged(ACME, image, NOW);
          await yieldTurn();
          await index.remove(ACME, manifest.name, [image]);
          await yieldTurn();
          await imageStore.removeVectors(ACME, image);
        };
        const cache = memorySimilarityCache();
        const searchWith = (used: typeof cache, yielding: () => Promise<unknown>) => {
          const search = searchImages({
            ...shelf,
            cache: used,
            installed: installedOnly({ manifest, provider: 'cpu', embed: async () => [] }),
            imageStore: {
              ...imageStore,
              async libraryVersion(tenant) {
                const version = await imageStore.libraryVersion(tenant);
                await yielding();
                return version;
              },
            },
            index: {
              // One more: the query itself.
              async search(tenant, model, query) {
                const found = await index.search(tenant, model, { ...query, k: CANDIDATES + 1 });
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
        const own = await shelf.add(embeddingAt(1, 1), { status: 'processed' });
        await imageStore.advance(ACME, own, 'indexed', NOW);
        const first = await Promise.all(
          Array.from({ length: CANDIDATES }, () =>
            shelf.add(embeddingAt(0.99, 0.99), { status: 'processed' }),
          ),
        );
        for (const image of first) await imageStore.advance(ACME, image, 'indexed', NOW);

        const search = searchWith(cache, yieldTurn);
        const running = steps.map(async (step) => {
          await yieldTurn();
          if (step === 'search') return search();
          if (step === 'add') return add();
          const image = first.pop();
          return image && purge(image);
        });
        await scheduler.waitFor(Promise.all(running));

        const immediately = async () => undefined;
        const fresh = await searchWith(memorySimilarityCache(), immediately)();
        const repeated = await searchWith(cache, immediately)();
        expect(fresh.cached).toBe(false);
        expect(repeated.results).toEqual(fresh.results);
        answers.push([repeated.cached, repeated.results.length]);
      },
    ),
    { numRuns: 200 },
  );
  // Otherwise the test proves nothing.
  expect(answers.some(([cached, results]) => cached && results > 0)).toBe(true);
});
