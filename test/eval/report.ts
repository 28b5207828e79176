import { EDIT_NAMES } from './edits.ts';
import {
  byCosine,
  byService,
  type Figures,
  figuresAt,
  figuresOf,
  judgedCopies,
  type Query,
  quantile,
  verdictFigures,
} from './measure.ts';
import type { Outcome } from './section.ts';
import { falseCopiesIn } from './several-copies.ts';
import { decimals, table } from './table.ts';

/** The results for one library: its queries, and the duplicate groups among its images. */
export interface Measured {
  name: string;
  stored: number;
  queries: readonly Query[];
  groups: readonly (readonly string[])[];
}

const columns = ({ recall99, recall999, microAp, r1 }: Figures) =>
  [recall99, recall999, microAp, r1].map(decimals);

/** Renders the results as Markdown, and as data. */
export function report(photos: Measured, alike: readonly Measured[]): Outcome {
  const rankings = [
    ['model alone', byCosine],
    ['service', byService],
  ] as const;
  const perEdit = EDIT_NAMES.map((edit) => photos.queries.filter(({ kind }) => kind === edit));
  const recalls = rankings.map(([name, ranking]) => {
    const { thresholds, ...all } = figuresOf(photos.queries, ranking);
    const edits = perEdit.map((queries) =>
      figuresAt(
        queries.filter(({ truth }) => truth),
        ranking,
        thresholds,
      ),
    );
    return { name, all, edits };
  });
  const verdicts = { all: verdictFigures(photos.queries), edits: perEdit.map(verdictFigures) };
  const sets = [photos, ...alike].map(({ name, stored, queries, groups }) => ({
    name,
    stored,
    ...verdictFigures(queries),
    falseGroups: groups.length,
    perThousand: (1000 * groups.length) / stored,
  }));
  const cost = costOf([photos, ...alike]);
  const pairs = judgedCopies([photos, ...alike].flatMap(({ queries }) => queries));
  const strangers = photos.queries.filter(({ truth }) => !truth).length;

  const lines = [
    `${photos.stored} photographs stored, ${photos.queries.length} queries, ${strangers} of them of images that are not stored`,
    '',
    ...table(
      ['', 'recall at 99 %', 'at 99.9 %', 'µAP', 'R@1'],
      recalls.map(({ name, all }) => [name, ...columns(all)]),
    ),
    '',
    ...table(
      [
        'edit',
        'model alone: at 99 %',
        'service: at 99 %',
        'at 99.9 %',
        'R@1',
        'called a copy',
        'with a false copy',
      ],
      [...EDIT_NAMES, 'all'].map((edit, at) => {
        const [alone, service] = recalls.map(({ all, edits }) => edits[at] ?? all);
        const verdict = verdicts.edits[at] ?? verdicts.all;
        const shares = [
          service?.recall99,
          service?.recall999,
          service?.r1,
          verdict.found,
          verdict.falseCopies,
        ];
        return [edit, ...[alone?.recall99, ...shares].map((value = 0) => decimals(value))];
      }),
    ),
    '',
    ...table(
      ['library', 'images', 'copies found', 'queries with a false copy', 'false groups', 'per thousand'],
      sets.map(({ name, stored, found, falseCopies, falseGroups, perThousand }) => [
        ...[name, stored, decimals(found), decimals(falseCopies), falseGroups, perThousand.toFixed(1)],
      ]),
    ),
    '',
    ...table(
      ['CPU of a search, ms', 'searches', 'median', 'p95', 'in addition to the model: median', 'p95'],
      cost.map(({ name, searches, median, p95, extraMedian, extraP95 }) => [
        ...[name, searches],
        ...[median, p95, extraMedian, extraP95].map((ms) => ms.toFixed(0)),
      ]),
    ),
    ...(photos.groups.length > 0
      ? ['', 'Groups among the photographs. Inspect them: they may be correct.']
      : []),
    ...photos.groups.map((names) => `- ${names.join(', ')}`),
  ];
  const violations = {
    'false copies': falseCopiesIn(pairs),
    'false groups': sets.reduce((sum, { falseGroups }) => sum + falseGroups, 0),
  };
  return { lines, figures: { recalls, verdicts, sets, cost }, pairs, violations };
}

/** Computes the CPU time of the model alone, and of searches by the verifications that they ran. */
function costOf(measured: readonly Measured[]) {
  const answers = measured.flatMap(({ queries }) => queries.map(({ answer }) => answer));
  const kinds = [
    ['model alone', answers.map((answer) => ({ ...answer, cpuMs: answer.modelMs }))],
    [
      'vectors and geometry',
      answers.filter(({ pixelComparisons, passes }) => pixelComparisons === 0 && passes === 1),
    ],
    [
      'also images that the query shows',
      answers.filter(({ pixelComparisons, passes }) => pixelComparisons === 0 && passes > 1),
    ],
    ['also pixels', answers.filter(({ pixelComparisons }) => pixelComparisons > 0)],
  ] as const;
  return kinds.map(([name, own]) => {
    const times = own.map(({ cpuMs }) => cpuMs);
    const extra = own.map(({ cpuMs, modelMs }) => cpuMs - modelMs);
    return {
      ...{ name, searches: own.length, median: quantile(times, 0.5), p95: quantile(times, 0.95) },
      ...{ extraMedian: quantile(extra, 0.5), extraP95: quantile(extra, 0.95) },
    };
  });
}
