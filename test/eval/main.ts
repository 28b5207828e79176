// `npm run eval -- --photos DIR`: measures how well copies are found in a folder of photographs. Fits nothing on it.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { afterCopies } from './after-copies.ts';
import { copies } from './copies.ts';
import { families } from './families.ts';
import { hard } from './hard.ts';
import { independence } from './independence.ts';
import { labelled } from './labelled.ts';
import { labelledImages } from './labelled-images.ts';
import { lookAlikes } from './look-alike-copies.ts';
import { calibrationOf } from './measure.ts';
import { photographs } from './photographs.ts';
import { type JudgedPair, type Section, sumOf, type Violations } from './section.ts';
import { openService } from './service.ts';
import { decimals, table } from './table.ts';

const SECTIONS: ReadonlyMap<string, Section> = new Map(
  Object.entries({
    copies,
    families,
    independence,
    'after-copies': afterCopies,
    hard,
    'look-alikes': lookAlikes,
    labelled,
  }),
);

const { values: options } = parseArgs({
  options: {
    photos: { type: 'string' },
    sections: { type: 'string', default: [...SECTIONS.keys()].join(',') },
    labelled: { type: 'string' },
    others: { type: 'string' },
    limit: { type: 'string' },
    queries: { type: 'string', default: '250' },
    images: { type: 'string' },
    items: { type: 'string', default: '80' },
    model: { type: 'string', default: 'deeplens-lite-v1' },
    out: { type: 'string', default: 'eval/results.json' },
  },
});
const chosen = options.sections.split(',').map((name) => ({ name, section: SECTIONS.get(name) }));
const most = (count: string | undefined): number => Number(count ?? Number.POSITIVE_INFINITY);
const counts = {
  limit: most(options.limit),
  images: most(options.images),
  queries: most(options.queries),
  items: most(options.items),
};
const isWrong = chosen.some(({ section }) => !section) || Object.values(counts).some((count) => !(count > 0));
if (!options.photos || isWrong) {
  console.error(`usage: npm run eval -- --photos DIR
  [--sections NAMES]   of ${[...SECTIONS.keys()].join(',')}; all by default
  [--labelled DIR]     images of known kinds, a folder for each kind, and one named _strangers
  [--others DIR]       labelled: more images of none of these kinds
  [--limit COUNT]      the most photographs to read from the folder
  [--queries COUNT]    copies: the most photographs that are asked for by each edit
  [--images COUNT]     other sections: the most photographs that each takes
  [--items COUNT]      the most images of each kind of look-alikes
  [--model NAME] [--out FILE]`);
  process.exit(2);
}

const indexDir = await mkdtemp(join(tmpdir(), 'deeplens-eval-'));
try {
  const given = {
    service: await openService({ indexDir, model: options.model }),
    photographs: await photographs(options.photos, counts.limit),
    ...(options.labelled && { labelled: await labelledImages(options.labelled) }),
    others: options.others ? await photographs(options.others, Number.POSITIVE_INFINITY) : [],
    ...counts,
  };
  console.log(`# ${options.model}`);
  const pairs: JudgedPair[] = [];
  const violations: Violations[] = [];
  const figures: Record<string, unknown> = { model: options.model };
  for (const { name, section } of chosen) {
    if (!section) continue;
    const outcome = await section(given);
    console.log(['', `## ${name}`, '', ...outcome.lines].join('\n'));
    figures[name] = outcome.figures;
    pairs.push(...outcome.pairs);
    violations.push(outcome.violations ?? {});
  }
  console.log('\n## calibration of scores');
  for (const verdict of ['edited_copy', 'similar'] as const) {
    const bins = calibrationOf(pairs, verdict);
    figures[`calibration of ${verdict}`] = bins;
    if (bins.length === 0) continue;
    const rows = bins.map(({ from, to, pairs, predicted, observed }) => [
      ...[`${from} to ${to}`, pairs, decimals(predicted), decimals(observed)],
    ]);
    console.log(['', ...table([`score of ${verdict}`, 'pairs', 'predicted', 'observed'], rows)].join('\n'));
  }
  figures.violations = sumOf(violations);
  console.log(
    ['\n## what must not happen', '', ...table(['', 'count'], Object.entries(sumOf(violations)))].join('\n'),
  );
  await mkdir(join(options.out, '..'), { recursive: true });
  await writeFile(options.out, `${JSON.stringify(figures, undefined, 2)}\n`);
  console.log(`\nWritten to ${options.out}.`);
} finally {
  await rm(indexDir, { recursive: true, force: true });
}
