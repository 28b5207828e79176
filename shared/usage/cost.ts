import type { Usage } from './usage.ts';

/**
 * US dollars: AWS's on-demand list prices in us-east-1, as known in November 2026; discounts and free tiers aside.
 * docs/cost.md says what each stands for; check them against the price list before an invoice rests on them.
 */
export const PRICES = {
  /** A GB in S3 Standard for a month. */
  s3GbMonth: 0.023,
  /** A GB in a DynamoDB table for a month. */
  dynamoDbGbMonth: 0.25,
  /** A GB of an OpenSearch node's memory for a month: an r7g.large.search of 16 GB at 0.167 an hour, 730 hours. */
  indexMemoryGbMonth: (0.167 * 730) / 16,
  /** A search: the authorizer, two CPUs of Lambda for .3 s, the gateway, and its reads. */
  search: 22e-6,
  /** A picture on its way into the index: validation, its share of a worker, queues, and some 30 writes. */
  upload: 60e-6,
  /** Any other call: the gateway, the authorizer, a short function, the meter. */
  request: 9e-6,
} as const;

/** What a picture takes beside its own file, in bytes, measured on photographs: docs/cost.md. */
export const BYTES_PER_IMAGE = {
  /** Two thumbnails and the lossless picture that models read. */
  derived: 320_000,
  /** Its record with what the indexes repeat of it, its vectors and descriptors, in DynamoDB. */
  records: 30_000,
} as const;

const DIMENSION = 256;
/** Links of a node in the graph: the index's `m`. */
const LINKS = 16;
/** A primary and a replica. */
const COPIES = 2;
/** Of a node's memory the half that is not the JVM's heap holds graphs and vectors. */
const SHARE_FOR_VECTORS = 0.5;
const GB = 1e9;

/** Bytes a number of a vector, by how an index keeps it for its graph. */
const BYTES = { float: 4, sq: 1 } as const;

/**
 * The memory that vectors take over all nodes, in bytes: 1.1 × (4 d + 8 m) each, as OpenSearch's k-NN documentation
 * estimates HNSW, for each copy; with `sq`, which rounds to 7 bits, d in place of 4 d.
 */
export const indexMemory = (vectors: number, storage: keyof typeof BYTES = 'float'): number =>
  1.1 * (BYTES[storage] * DIMENSION + 8 * LINKS) * vectors * COPIES;

/** What a tenant holds. */
export interface Holding {
  images: number;
  /** The bytes of its pictures' own files. */
  bytes: number;
  vectors: number;
}

/** What holding that costs for a month, in US dollars. */
export function holdingCost({ images, bytes, vectors }: Holding): number {
  const objects = (bytes + images * BYTES_PER_IMAGE.derived) / GB;
  const records = (images * BYTES_PER_IMAGE.records) / GB;
  const memory = indexMemory(vectors) / SHARE_FOR_VECTORS / GB;
  return objects * PRICES.s3GbMonth + records * PRICES.dynamoDbGbMonth + memory * PRICES.indexMemoryGbMonth;
}

/** What calls cost, in US dollars. */
export const usageCost = ({ requests, searches, uploads }: Usage): number =>
  searches * PRICES.search + uploads * PRICES.upload + Math.max(0, requests - searches) * PRICES.request;
