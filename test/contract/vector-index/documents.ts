import { newImageId, tenantId } from '#shared/kernel/ids.ts';
import type { VectorDocument, VectorQuery } from '#shared/vector-index/vector-index.ts';

/** Small enough to write by hand; nothing in an adapter depends on it. */
export const DIMENSION = 8;

export const ALICE = tenantId('alice');
export const BOB = tenantId('bob');

/** Returns a unit vector at an angle in degrees in a plane: the cosine of two is that of the angle between them. */
export function at(degrees: number, axes: readonly [number, number] = [0, 1]): Float32Array {
  const vector = new Float32Array(DIMENSION);
  vector[axes[0]] = Math.cos((degrees * Math.PI) / 180);
  vector[axes[1]] = Math.sin((degrees * Math.PI) / 180);
  return vector;
}

export const cosineOf = (degrees: number): number => Math.cos((degrees * Math.PI) / 180);

export const vectorDocument = (of: Partial<VectorDocument> = {}): VectorDocument => ({
  imageId: newImageId(),
  storageLocation: 'uploads',
  format: 'jpeg',
  createdAt: '2026-03-01T12:00:00.000Z',
  metadata: {},
  semantic: at(0),
  copy: at(0),
  ...of,
});

export const query = (of: Partial<VectorQuery> = {}): VectorQuery => ({
  semantic: at(0),
  copy: at(0),
  k: 10,
  ...of,
});
