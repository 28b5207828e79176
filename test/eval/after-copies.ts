import sharp from 'sharp';
import { tenantId } from '#shared/kernel/ids.ts';
import { eachOf } from '../each-of.ts';
import { store } from './library.ts';
import { memeText, tiledWatermark } from './overlays.ts';
import { randomOf } from './random.ts';
import { type Section, spread } from './section.ts';
import { type CopyQuery, copiesOf, copyFiguresOf, falseCopiesIn } from './several-copies.ts';
import { table } from './table.ts';

const PHOTOGRAPHS = 16;
const THUMBNAIL = 64;

const EDITS = {
  memeText: (bytes: Uint8Array, name: string) => memeText(bytes, randomOf(`meme text/${name}`)),
  tiledWatermark: (bytes: Uint8Array, name: string) => tiledWatermark(bytes, randomOf(`watermark/${name}`)),
  thumbnail: (bytes: Uint8Array) =>
    sharp(bytes).resize(THUMBNAIL, THUMBNAIL, { fit: 'inside' }).jpeg({ quality: 85 }).toBuffer(),
};

/** Searches by edits of photographs of which a re-compressed copy is stored too. */
export const afterCopies: Section = async ({ service, photographs, images }) => {
  const originals = spread(photographs, Math.min(PHOTOGRAPHS, images));
  const tenant = tenantId('after-copies');
  const nameOfCopy = (name: string): string => `${name}/recompressed`;
  const stored = originals.flatMap(({ name, load }) => [
    { name, load },
    {
      name: nameOfCopy(name),
      load: async () =>
        sharp(await load())
          .jpeg({ quality: 60 })
          .toBuffer(),
    },
  ]);
  const ids = await store(service, tenant, stored);
  const queries: { original: CopyQuery; both: CopyQuery }[] = [];
  const wanted = Object.entries(EDITS).flatMap(([kind, edit]) =>
    originals.map((image) => ({ kind, edit, image })),
  );
  await eachOf('after-copies: search', wanted, async ({ kind, edit, image: { name, load } }) => {
    const { results } = await service.search(tenant, { bytes: await edit(await load(), name) });
    const [original, copy] = [ids.get(name), ids.get(nameOfCopy(name))];
    if (!original || !copy) return;
    queries.push({
      original: { kind, truths: [original], results },
      both: { kind, truths: [original, copy], results },
    });
  });
  const edits = Object.keys(EDITS).map((edit) => {
    const own = queries.filter(({ both }) => both.kind === edit);
    const { found } = copyFiguresOf(own.map(({ original }) => original));
    const both = copyFiguresOf(own.map(({ both }) => both));
    return {
      edit,
      queries: own.length,
      original: found,
      both: both.found,
      withFalseCopy: both.withFalseCopy,
    };
  });
  const pairs = queries.flatMap(({ both }) => copiesOf(both));
  return {
    lines: table(
      ['edit', 'original found', 'original and copy found', 'queries with a false copy'],
      edits.map(({ edit, queries, original, both, withFalseCopy }) => [
        edit,
        `${Math.round(original * queries)} of ${queries}`,
        `${Math.round(both * 2 * queries)} of ${2 * queries}`,
        withFalseCopy,
      ]),
    ),
    figures: edits,
    pairs,
    violations: { 'false copies': falseCopiesIn(pairs) },
  };
};
