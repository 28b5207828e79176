import { type Column, table } from '../table.ts';
import type { Latency } from './latency.ts';
import { DIMENSION } from './library.ts';
import type { FunctionFigures } from './measure-function.ts';
import { CALLERS, type IndexFigures, type TenantFigures } from './measure-index.ts';

/** A measurement, its reference and its goal. */
export interface Row {
  what: string;
  /** recall@10 by the semantic vector and by the copy vector. */
  recall?: string;
  /** Milliseconds of one search, p50 / p95. */
  oneCaller?: string;
  manyCallers?: string;
  perSecond?: string;
  reference: string;
  goal?: string;
}

const COLUMNS: readonly Column<Row>[] = [
  ['what', (row) => row.what],
  ['recall@10: semantic, copy', (row) => row.recall],
  ['ms p50 / p95', (row) => row.oneCaller],
  [`${CALLERS} callers`, (row) => row.manyCallers],
  ['a second', (row) => row.perSecond],
  ['reference in the same run', (row) => row.reference],
  ['goal', (row) => row.goal],
];

/** Renders the rows as a Markdown table. */
export const searchTable = (rows: readonly Row[]): string => table(rows, COLUMNS);

/** Goals of search. The goal for recall applies to libraries of at least `recallFrom` vectors. */
const GOALS = { recall: 0.98, recallFrom: 100_000, growth: 2, overhead: 1.3 };

/** Renders one index of one size: load, disk space, and each tenant's searches. */
export function indexRows({ index, vectors, loaded, bytes, tenants }: IndexFigures): Row[] {
  const what = `${index}, ${grouped(vectors)}`;
  return [
    { what: `${what}: load`, perSecond: loaded.toFixed(0), reference: '' },
    {
      what: `${what}: ${(bytes / 1e6).toFixed(0)} MB on disk, ${(bytes / vectors).toFixed(0)} bytes a document`,
      reference: `its two vectors: ${2 * DIMENSION * Float32Array.BYTES_PER_ELEMENT} bytes`,
    },
    ...tenants.map(({ querySet: { name, scan }, recall, oneCaller, manyCallers }) => ({
      what: `${what}: tenant of ${name}`,
      recall: `${recall.semantic.toFixed(3)}, ${recall.copy.toFixed(3)}`,
      oneCaller: milliseconds(oneCaller),
      manyCallers: milliseconds(manyCallers),
      perSecond: manyCallers.perSecond.toFixed(0),
      reference: `exact scan: ${milliseconds(scan)} ms`,
      ...(vectors >= GOALS.recallFrom && {
        goal: atLeast(GOALS.recall, Math.min(recall.semantic, recall.copy)),
      }),
    })),
  ];
}

/** Compares a tenant's latency in the largest library with that in the smallest. */
export function growthRows(figures: readonly IndexFigures[]): Row[] {
  const bySize = figures.toSorted((one, other) => one.vectors - other.vectors);
  return [...new Set(bySize.map(({ index }) => index))].flatMap((index) => {
    const own = bySize.filter((each) => each.index === index);
    const [small, large] = [own.at(0), own.at(-1)];
    if (!small || !large || small === large) return [];
    return ['100 documents', '10 %'].flatMap((name): Row[] => {
      const [before, after] = [tenantNamed(small, name), tenantNamed(large, name)];
      if (!before || !after) return [];
      return [
        {
          what: `${index}, ${grouped(small.vectors)} to ${grouped(large.vectors)}: tenant of ${name}`,
          oneCaller: milliseconds(after.oneCaller),
          reference: `itself at ${grouped(small.vectors)}: ${milliseconds(before.oneCaller)} ms`,
          goal: atMost(GOALS.growth, after.oneCaller.p50 / before.oneCaller.p50),
        },
      ];
    });
  });
}

const tenantNamed = ({ tenants }: IndexFigures, name: string): TenantFigures | undefined =>
  tenants.find(({ querySet }) => querySet.name === name);

/** Compares a search in one process with its bare library calls. */
export function functionRows({ service, bare, decode, embedAndSearch }: FunctionFigures): Row[] {
  const what = 'function, without network';
  return [
    {
      what,
      oneCaller: milliseconds(service),
      reference: `bare decoding, embedding and k-NN: ${milliseconds(bare)} ms`,
      goal: atMost(GOALS.overhead, service.p95 / bare.p95),
    },
    {
      what,
      oneCaller: milliseconds(service),
      reference: `bare embedding and k-NN: ${milliseconds(embedAndSearch)} ms; the decoding: ${milliseconds(decode)} ms`,
      goal: atMost(GOALS.overhead, service.p95 / embedAndSearch.p95),
    },
  ];
}

const milliseconds = ({ p50, p95 }: Pick<Latency, 'p50' | 'p95'>): string =>
  `${p50.toFixed(1)} / ${p95.toFixed(1)}`;
const grouped = (count: number): string => count.toLocaleString('en').replaceAll(',', ' ');
const atLeast = (goal: number, value: number): string => `≥ ${goal}: ${value >= goal ? 'met' : 'missed'}`;
const atMost = (goal: number, ratio: number): string =>
  `≤ ${goal} ×: ${ratio.toFixed(2)}, ${ratio <= goal ? 'met' : 'missed'}`;
