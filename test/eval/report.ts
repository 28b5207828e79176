import { EDIT_NAMES } from './edits.ts';
import {
  byCosine,
  byService,
  type Figures,
  figuresAt,
  figuresOf,
  type Query,
  quantile,
  reliability,
  verdictFigures,
} from './measure.ts';

/** The results for one library: its queries, and the duplicate groups among its images. */
export interface Measured {
  name: string;
  stored: number;
  queries: readonly Query[];
  groups: readonly (readonly string[])[];
}

const share = (value: number): string => value.toFixed(3);
const row = (...columns: (string | number)[]): string => `| ${columns.join(' | ')} |`;
const columns = ({ recall99, recall999, microAp, r1 }: Figures) =>
  [recall99, recall999, microAp, r1].map(share);

/** Renders the results as Markdown, and as data. */
export function report(model: string, photos: Measured, alike: readonly Measured[]) {
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
  const byScore = reliability([photos, ...alike].flatMap(({ queries }) => queries));
  const strangers = photos.queries.filter(({ truth }) => !truth).length;

  const lines = [
    `\n${model}: ${photos.stored} photographs stored, ${photos.queries.length} queries, ${strangers} of them of images that are not stored\n`,
    row('', 'recall at 99 %', 'at 99.9 %', 'µAP', 'R@1'),
    row('---', '---', '---', '---', '---'),
    ...recalls.map(({ name, all }) => row(name, ...columns(all))),
    '',
    row(
      'edit',
      'model alone: at 99 %',
      'service: at 99 %',
      'at 99.9 %',
      'R@1',
      'called a copy',
      'with a false copy',
    ),
    row(...Array(7).fill('---')),
    ...EDIT_NAMES.map((edit, at) => {
      const [alone, service] = recalls.map(({ edits }) => edits[at]);
      const verdict = verdicts.edits[at];
      return row(
        edit,
        share(alone?.recall99 ?? 0),
        ...[service?.recall99, service?.recall999, service?.r1, verdict?.found, verdict?.falseCopies].map(
          (value = 0) => share(value),
        ),
      );
    }),
    row(
      'all',
      share(recalls[0]?.all.recall99 ?? 0),
      ...[
        recalls[1]?.all.recall99,
        recalls[1]?.all.recall999,
        recalls[1]?.all.r1,
        verdicts.all.found,
        verdicts.all.falseCopies,
      ].map((value = 0) => share(value)),
    ),
    '',
    row('library', 'images', 'copies found', 'queries with a false copy', 'false groups', 'per thousand'),
    row(...Array(6).fill('---')),
    ...sets.map(({ name, stored, found, falseCopies, falseGroups, perThousand }) =>
      row(name, stored, share(found), share(falseCopies), falseGroups, perThousand.toFixed(1)),
    ),
    '',
    row('CPU of a search, ms', 'searches', 'median', 'p95', 'in addition to the model: median', 'p95'),
    row(...Array(6).fill('---')),
    ...cost.map(({ name, searches, ...times }) =>
      row(
        name,
        searches,
        ...[times.median, times.p95, times.extraMedian, times.extraP95].map((ms) => ms.toFixed(0)),
      ),
    ),
    '',
    row('score of an `edited_copy`', 'pairs', 'predicted', 'observed'),
    row(...Array(4).fill('---')),
    ...byScore.map(({ from, to, pairs, predicted, observed }) =>
      row(`${from} to ${to}`, pairs, share(predicted), share(observed)),
    ),
    ...(photos.groups.length > 0
      ? ['', 'Groups among the photographs. Inspect them: they may be correct.']
      : []),
    ...photos.groups.map((names) => `- ${names.join(', ')}`),
  ];
  return { text: lines.join('\n'), figures: { model, recalls, verdicts, sets, cost, reliability: byScore } };
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
      'also an embedded image',
      answers.filter(({ pixelComparisons, passes }) => pixelComparisons === 0 && passes === 2),
    ],
    [
      'also other orientations',
      answers.filter(({ pixelComparisons, passes }) => pixelComparisons === 0 && passes > 2),
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
