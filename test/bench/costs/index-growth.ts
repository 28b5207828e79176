import { INDEXES } from '../search/indexes.ts';
import { imageLibrary } from '../search/library.ts';
import { type IndexFigures, measureIndex } from '../search/measure-index.ts';
import { growthRows, indexRows } from '../search/rows.ts';
import { querySetsOf } from '../search/truth.ts';
import type { CostRow } from './row.ts';

const SIZES = [1_000, 100_000];
/** Per tenant. `npm run bench:search` asks more, and measures OpenSearch too. */
const QUERIES = 20;

/** Measures LanceDB's searches as all tenants' images grow, and their recall. */
export async function indexGrowthRows(): Promise<CostRow[]> {
  const figures: IndexFigures[] = [];
  for (const size of SIZES) {
    const library = imageLibrary(size, QUERIES);
    const open = await INDEXES.lancedb();
    try {
      figures.push(await measureIndex('lancedb', open, library, querySetsOf(library)));
    } finally {
      await open.close();
    }
  }
  const last = figures.slice(-1).flatMap(indexRows);
  return [...growthRows(figures), ...last].flatMap(({ what, oneCaller = '', recall, reference, goal }) => {
    if (goal === undefined) return [];
    const [bound = '', outcome = ''] = goal.split(': ');
    const measured = recall === undefined ? `${oneCaller} ms` : `recall ${recall}`;
    return [{ what, measured, reference, goal: bound, met: !outcome.includes('missed') }];
  });
}
