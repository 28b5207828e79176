import { type ImageId, type TenantId, tenantId } from '#shared/kernel/ids.ts';
import { eachOf } from '../each-of.ts';
import { type EditName, edited } from './edits.ts';
import { family, familyLines, libraryFigures, violationsOf } from './families.ts';
import { type Judgement, judge, MAX_RESULTS, store } from './library.ts';
import { judgedPairs, orderFigures } from './measure-library.ts';
import type { NamedImage } from './photographs.ts';
import { randomOf } from './random.ts';
import { type Given, type Section, spread } from './section.ts';
import { decimals, table } from './table.ts';

const PHOTOGRAPHS = 20;
const STORED: readonly EditName[] = ['jpeg20', 'resize25', 'crop70', 'grey'];
const ASKED: readonly EditName[] = ['caption', 'screenshot', 'turned90', 'banner', 'blur', 'mirrored'];
/** A score differs if a reader would see it. */
const SCORE_STEP = 0.01;

/**
 * Compares verdicts on the same pairs: with the photograph alone in its library and beside copies and other photographs, from
 * both ends, and after the images were stored in other orders.
 */
export const independence: Section = async (given) => {
  const { service, images } = given;
  const photographs = spread(given.photographs, Math.min(PHOTOGRAPHS, images));
  const members = photographs.flatMap((image) => family(image, STORED));
  const tenant = tenantId('beside');
  const ids = await store(service, tenant, members);
  const comparison = await compareWithAlone(given, photographs, tenant, ids);
  const beside = await judge(service, tenant, members, ids);

  const orders = [];
  for (const [order, ordered] of [
    ['reversed', members.toReversed()],
    ['shuffled', shuffled(members)],
  ] as const) {
    const other = tenantId(`order-${order}`);
    const library = await judge(service, other, ordered, await store(service, other, ordered));
    orders.push({ order, ...orderFigures(beside, library) });
  }
  const ends = libraryFigures(beside);
  const { verdicts, scores, searches } = comparison;
  return {
    lines: [
      ...table(
        [
          'alone and beside others',
          'searches',
          'verdicts that differ',
          `scores that differ by ${SCORE_STEP}`,
        ],
        [[`${photographs.length} photographs`, searches, verdicts.length, scores.length]],
      ),
      ...verdicts.map((query) => `- ${query}`),
      '',
      ...familyLines([{ name: 'beside', ...ends }]),
      '',
      ...table(
        ['order of ingest', 'pairs called copies', 'verdicts that differ', 'groups that differ'],
        orders.map(({ order, called, pairs, groups }) => [order, called, pairs.length, groups]),
      ),
    ],
    figures: { alone: comparison, ends, orders },
    pairs: judgedPairs(beside),
    violations: {
      ...violationsOf(ends),
      'verdicts that depend on the rest of the library': verdicts.length,
      'verdicts and groups that depend on the order of ingest': orders.reduce(
        (sum, { pairs, groups }) => sum + pairs.length + groups,
        0,
      ),
    },
  };
};

async function compareWithAlone(
  { service }: Pick<Given, 'service'>,
  photographs: readonly NamedImage[],
  beside: TenantId,
  ids: ReadonlyMap<string, ImageId>,
) {
  const compared = { searches: 0, verdicts: [] as string[], scores: [] as string[] };
  await eachOf('alone: ingest and search', [...photographs.entries()], async ([at, { name, load }]) => {
    const bytes = await load();
    const own = tenantId(`alone-${at}`);
    const alone = await service.ingest(own, bytes, name);
    const among = ids.get(name);
    if (!alone || !among) return;
    for (const edit of ASKED) {
      const query = await edited(edit, bytes, name);
      const first = await judgementOn(service, own, query, alone);
      const second = await judgementOn(service, beside, query, among);
      const described = `${name}, ${edit}: ${textOf(first)} alone, ${textOf(second)} beside others`;
      compared.searches += 1;
      if ((first?.verdict ?? 'similar') !== (second?.verdict ?? 'similar')) compared.verdicts.push(described);
      if (first && second && Math.abs(first.score - second.score) >= SCORE_STEP)
        compared.scores.push(described);
    }
  });
  return compared;
}

const textOf = (judgement?: Judgement): string =>
  judgement ? `${judgement.verdict} ${decimals(judgement.score)}` : 'not in the answer';

/** Returns the judgement on one image in the answer to a query. */
async function judgementOn(
  service: Given['service'],
  tenant: TenantId,
  bytes: Uint8Array,
  image: ImageId,
): Promise<Judgement | undefined> {
  const { results } = await service.search(tenant, { bytes }, MAX_RESULTS);
  const result = results.find(({ image_id }) => image_id === image);
  return result && { verdict: result.verdict, score: result.similarity_score };
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  const random = randomOf('order of ingest');
  return items
    .map((item) => ({ item, at: random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
}
