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

/** A library, what it was asked, and the duplicate groups that its pictures made among themselves. */
export interface Measured {
  name: string;
  stored: number;
  queries: readonly Query[];
  groups: readonly (readonly string[])[];
}

const share = (value: number): string => value.toFixed(3);
const row = (...cells: (string | number)[]): string => `| ${cells.join(' | ')} |`;
const cells = ({ recall99, recall999, microAp, r1 }: Figures) =>
  [recall99, recall999, microAp, r1].map(share);

/** All that was measured: as a page to read, and as numbers. */
export function report(model: string, photos: Measured, alike: readonly Measured[]) {
  const ways = [
    ['model alone', byCosine],
    ['service', byService],
  ] as const;
  const perEdit = EDIT_NAMES.map((edit) => photos.queries.filter(({ kind }) => kind === edit));
  const recalls = ways.map(([name, ranking]) => {
    const { thresholds, ...whole } = figuresOf(photos.queries, ranking);
    const edits = perEdit.map((queries) =>
      figuresAt(
        queries.filter(({ truth }) => truth),
        ranking,
        thresholds,
      ),
    );
    return { name, whole, edits };
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
  const trust = reliability([photos, ...alike].flatMap(({ queries }) => queries));
  const strangers = photos.queries.filter(({ truth }) => !truth).length;

  const lines = [
    `\n${model}: ${photos.stored} photographs stored, ${photos.queries.length} queries, ${strangers} of them of pictures that are not stored\n`,
    row('', 'recall at 99 %', 'at 99.9 %', 'µAP', 'R@1'),
    row('---', '---', '---', '---', '---'),
    ...recalls.map(({ name, whole }) => row(name, ...cells(whole))),
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
      share(recalls[0]?.whole.recall99 ?? 0),
      ...[
        recalls[1]?.whole.recall99,
        recalls[1]?.whole.recall999,
        recalls[1]?.whole.r1,
        verdicts.all.found,
        verdicts.all.falseCopies,
      ].map((value = 0) => share(value)),
    ),
    '',
    row('library', 'pictures', 'copies found', 'queries with a false copy', 'false groups', 'per thousand'),
    row(...Array(6).fill('---')),
    ...sets.map(({ name, stored, found, falseCopies, falseGroups, perThousand }) =>
      row(name, stored, share(found), share(falseCopies), falseGroups, perThousand.toFixed(1)),
    ),
    '',
    row('CPU of a search, ms', 'searches', 'median', 'p95', 'beyond the model alone: median', 'p95'),
    row(...Array(6).fill('---')),
    ...cost.map(({ name, searches, ...times }) =>
      row(
        name,
        searches,
        ...[times.median, times.p95, times.extraMedian, times.extraP95].map((ms) => ms.toFixed(0)),
      ),
    ),
    '',
    row('score of an `edited_copy`', 'pairs', 'promised', 'came true'),
    row(...Array(4).fill('---')),
    ...trust.map(({ from, to, pairs, promised, cameTrue }) =>
      row(`${from} to ${to}`, pairs, share(promised), share(cameTrue)),
    ),
    ...(photos.groups.length > 0
      ? ['', 'Groups among the photographs, to be looked at: they may be right.']
      : []),
    ...photos.groups.map((names) => `- ${names.join(', ')}`),
  ];
  return { text: lines.join('\n'), figures: { model, recalls, verdicts, sets, cost, reliability: trust } };
}

/** The model alone; a search by vectors and cells; and what a closer look adds: what the query shows, turns, the pixels. */
function costOf(measured: readonly Measured[]) {
  const answers = measured.flatMap(({ queries }) => queries.map(({ answer }) => answer));
  const kinds = [
    ['model alone', answers.map((answer) => ({ ...answer, cpuMs: answer.modelMs }))],
    ['vectors and cells', answers.filter(({ looks, passes }) => looks === 0 && passes === 1)],
    ['shown within it as well', answers.filter(({ looks, passes }) => looks === 0 && passes === 2)],
    ['turned as well', answers.filter(({ looks, passes }) => looks === 0 && passes > 2)],
    ['pixels as well', answers.filter(({ looks }) => looks > 0)],
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
