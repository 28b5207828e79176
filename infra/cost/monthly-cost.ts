import { holdingCosts, nodeMemory } from '#shared/usage/cost.ts';
import { HOURS_A_MONTH, INDEX_NODES } from '#shared/usage/prices.ts';
import { unitCost } from '#shared/usage/unit-costs.ts';
import type { Environment } from '../config/environments.ts';
import type { BilledResource } from './resources.ts';
import { type StandingCost, standingCosts } from './standing-costs.ts';

/** What an environment stores and answers. */
export interface Load {
  images: number;
  /** Bytes of a stored file, on average. */
  fileBytes: number;
  /** Images that are brought in, per month. */
  newImages: number;
  searchesPerSecond: number;
  /** Models that embed each image. */
  models: number;
}

const SECONDS_A_MONTH = HOURS_A_MONTH * 3600;
/** Each model gives an image a vector for copies and one for content. */
const VECTORS_PER_MODEL = 2;

/** Returns what an environment costs a month in US dollars, line by line, under a load. */
export function monthlyCost(
  environment: Environment,
  resources: readonly BilledResource[],
  { images, fileBytes, newImages, searchesPerSecond, models }: Load,
): StandingCost[] {
  const vectors = images * models * VECTORS_PER_MODEL;
  const { objects, records } = holdingCosts({ images, bytes: images * fileBytes, vectors });
  const searches = searchesPerSecond * SECONDS_A_MONTH;
  return [
    ...standingCosts(resources),
    ...moreNodes(environment, vectors),
    { what: 'files and derivatives in S3', count: images, usd: objects },
    { what: 'records, vectors and descriptors in DynamoDB', count: images, usd: records },
    { what: 'new images', count: newImages, usd: newImages * unitCost('upload') },
    { what: 'searches', count: searches, usd: searches * unitCost('search') },
  ];
}

/** The data nodes that the vectors need beyond those of the environment. */
function moreNodes({ vectorIndex }: Environment, vectors: number): StandingCost[] {
  if (vectorIndex.kind !== 'opensearch-domain') return [];
  const { hour, memoryGb } = INDEX_NODES[vectorIndex.dataNode] ?? { hour: Number.NaN, memoryGb: Number.NaN };
  const more = Math.ceil(nodeMemory(vectors) / memoryGb) - vectorIndex.dataNodes;
  if (more <= 0) return [];
  return [
    {
      what: `${vectorIndex.dataNode}, data nodes to add for the vectors' memory`,
      count: more,
      usd: more * hour * HOURS_A_MONTH,
    },
  ];
}
