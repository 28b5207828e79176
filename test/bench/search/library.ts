import { newImageId, type TenantId, tenantId } from '#shared/kernel/ids.ts';
import type { VectorDocument, VectorQuery } from '#shared/vector-index/vector-index.ts';
import { type RandomVectors, randomVectors } from '../../fixtures/vectors.ts';
import { type TenantSize, tenantSizes } from './tenant-sizes.ts';

/** As the default model's. */
export const DIMENSION = 256;
/** Pictures of one subject, on average. */
const OF_A_SUBJECT = 20;
/** Two pictures of a subject have a cosine of about .6. */
const SUBJECT_NOISE = 0.8;
/** One image in this many is a copy of the previous one. */
const COPY_EVERY = 10;
/** A copy and its picture have a cosine of about .93. */
const COPY_NOISE = 0.4;
/** A prime: queries are about pictures from all over the library. */
const STRIDE = 7919;

/** A picture as a query. */
export type Vectors = Pick<VectorQuery, 'semantic' | 'copy'>;

export interface BenchTenant extends Pick<TenantSize, 'name'> {
  tenant: TenantId;
  documents: readonly VectorDocument[];
  /** None where the tenant is not measured. */
  queries: readonly Vectors[];
}

/**
 * Tenants with pictures as libraries hold them: of subjects, with a copy here and there. The vectors spread over their
 * axes as the default model's do over 250 photographs: 4 % of the variance along the first, .8 % along the fortieth.
 * The same ones for the same number of documents.
 */
export function pictureLibrary(all: number, queries: number): BenchTenant[] {
  const vectors = randomVectors(DIMENSION, all, (axis) => 1 / Math.sqrt(axis + 8));
  return tenantSizes(all).map(({ name, documents }, at) => ({
    ...(name && { name }),
    tenant: tenantId(`tenant-${at}`),
    ...picturesAndQueries(vectors, documents, name ? queries : 0),
  }));
}

function picturesAndQueries(vectors: RandomVectors, count: number, asked: number) {
  const any = (): Vectors => ({ semantic: vectors.any(), copy: vectors.any() });
  const near = ({ semantic, copy }: Vectors, noise: number): Vectors => ({
    semantic: vectors.near(semantic, noise),
    copy: vectors.near(copy, noise),
  });
  const subjects = Array.from({ length: Math.ceil(count / OF_A_SUBJECT) }, any);
  const anotherOf = (at: number) => near(subjects[Math.floor(at / OF_A_SUBJECT)] ?? any(), SUBJECT_NOISE);

  const documents: VectorDocument[] = [];
  for (let at = 0; at < count; at++) {
    const before = at % COPY_EVERY === COPY_EVERY - 1 ? documents.at(-1) : undefined;
    documents.push(document(before ? near(before, COPY_NOISE) : anotherOf(at)));
  }
  const queries = Array.from({ length: asked }, (_, at) => {
    const about = (at * STRIDE) % count;
    const picture = documents[about];
    // By turns: a copy of a picture, another picture of a subject, a picture of something else.
    if (picture && at % 3 === 0) return near(picture, COPY_NOISE);
    return at % 3 === 1 ? anotherOf(about) : any();
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
