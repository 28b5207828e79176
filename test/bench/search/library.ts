import { newImageId, type TenantId, tenantId } from '#shared/kernel/ids.ts';
import type { VectorDocument, VectorQuery } from '#shared/vector-index/vector-index.ts';
import { type RandomVectors, randomVectors } from '../../fixtures/vectors.ts';
import { type TenantSize, tenantSizes } from './tenant-sizes.ts';

/** Of the default model. */
export const DIMENSION = 256;
/** Images of one subject, on average. */
const IMAGES_PER_SUBJECT = 20;
/** Two images of a subject have a cosine of about .6. */
const SUBJECT_NOISE = 0.8;
/** One image in this many is a copy of the previous one. */
const COPY_EVERY = 10;
/** A copy and its original have a cosine of about .93. */
const COPY_NOISE = 0.4;
/** A prime, so that queries spread over the whole library. */
const STRIDE = 7919;

export type Vectors = Pick<VectorQuery, 'semantic' | 'copy'>;

export interface BenchTenant extends Pick<TenantSize, 'name'> {
  tenant: TenantId;
  documents: readonly VectorDocument[];
  /** Empty if the tenant is not measured. */
  queries: readonly Vectors[];
}

/**
 * Makes tenants whose images share subjects, with some copies. The variance per axis is that of the default model on
 * 250 photographs: 4 % along the first axis, .8 % along the fortieth. Deterministic.
 */
export function imageLibrary(all: number, queries: number): BenchTenant[] {
  const vectors = randomVectors(DIMENSION, all, (axis) => 1 / Math.sqrt(axis + 8));
  return tenantSizes(all).map(({ name, documents }, at) => ({
    ...(name && { name }),
    tenant: tenantId(`tenant-${at}`),
    ...imagesAndQueries(vectors, documents, name ? queries : 0),
  }));
}

function imagesAndQueries(vectors: RandomVectors, count: number, queryCount: number) {
  const random = (): Vectors => ({ semantic: vectors.any(), copy: vectors.any() });
  const near = ({ semantic, copy }: Vectors, noise: number): Vectors => ({
    semantic: vectors.near(semantic, noise),
    copy: vectors.near(copy, noise),
  });
  const subjects = Array.from({ length: Math.ceil(count / IMAGES_PER_SUBJECT) }, random);
  const sameSubject = (at: number) =>
    near(subjects[Math.floor(at / IMAGES_PER_SUBJECT)] ?? random(), SUBJECT_NOISE);

  const documents: VectorDocument[] = [];
  for (let at = 0; at < count; at++) {
    const original = at % COPY_EVERY === COPY_EVERY - 1 ? documents.at(-1) : undefined;
    documents.push(document(original ? near(original, COPY_NOISE) : sameSubject(at)));
  }
  const queries = Array.from({ length: queryCount }, (_, at) => {
    const target = (at * STRIDE) % count;
    const image = documents[target];
    // In turn: a copy of a stored image, another image of its subject, an image of something else.
    if (image && at % 3 === 0) return near(image, COPY_NOISE);
    return at % 3 === 1 ? sameSubject(target) : random();
  });
  return { documents, queries };
}

const document = (vectors: Vectors): VectorDocument => ({
  imageId: newImageId(),
  storageLocation: 'uploads',
  format: 'jpeg',
  createdAt: '2026-03-01T12:00:00.000Z',
  metadata: {},
  ...vectors,
});
