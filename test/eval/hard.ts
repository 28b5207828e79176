import { tenantId } from '#shared/kernel/ids.ts';
import { eachOf } from '../each-of.ts';
import { HARD_EDIT_NAMES, hardEdited } from './hard-edits.ts';
import { store } from './library.ts';
import { type Section, spread } from './section.ts';
import { type CopyQuery, copiesOf, copyFiguresOf, falseCopiesIn } from './several-copies.ts';
import { decimals, table } from './table.ts';

const PHOTOGRAPHS = 20;
/** Photographs of a collage. */
const TILES = 4;

/** Searches by edits that change the composition, or much of the pixels. Other photographs in them are not stored. */
export const hard: Section = async ({ service, photographs, images }) => {
  const taken = spread(photographs, 2 * Math.max(TILES, Math.min(PHOTOGRAPHS, images)));
  const stored = taken.filter((_, at) => at % 2 === 0);
  const strangers = taken.filter((_, at) => at % 2 === 1);
  if (stored.length < TILES)
    throw new RangeError(`A collage takes ${TILES} of the stored photographs; there are ${stored.length}.`);
  const tenant = tenantId('hard');
  const ids = await store(service, tenant, stored);

  const queries: CopyQuery[] = [];
  const wanted = HARD_EDIT_NAMES.flatMap((edit) =>
    [...strangers.keys()].slice(0, images).map((at) => ({ edit, at })),
  );
  await eachOf('hard: search', wanted, async ({ edit, at }) => {
    const shown = Array.from({ length: TILES }, (_, tile) => stored[(at + tile) % stored.length]).filter(
      (image) => image !== undefined,
    );
    const [own, ...others] = await Promise.all(shown.map(({ load }) => load()));
    const stranger = await strangers[at]?.load();
    if (!own || !stranger) return;
    const bytes = await hardEdited(edit, { own, others, stranger }, `${at}`);
    const truths = shown
      .slice(0, edit === 'collage' ? TILES : 1)
      .map(({ name }) => ids.get(name))
      .filter((image) => image !== undefined);
    const { results } = await service.search(tenant, { bytes });
    queries.push({ kind: edit, truths, results });
  });
  const edits = HARD_EDIT_NAMES.map((edit) => ({
    edit,
    ...copyFiguresOf(queries.filter(({ kind }) => kind === edit)),
  }));
  const all = { edit: 'all', ...copyFiguresOf(queries) };
  const pairs = queries.flatMap(copiesOf);
  return {
    lines: table(
      ['hard edit', 'queries', 'copies to find', 'found', 'queries with a false copy'],
      [...edits, all].map(({ edit, queries, wanted, found, withFalseCopy }) => [
        ...[edit, queries, wanted, decimals(found), withFalseCopy],
      ]),
    ),
    figures: { edits, all },
    pairs,
    violations: { 'false copies': falseCopiesIn(pairs) },
  };
};
