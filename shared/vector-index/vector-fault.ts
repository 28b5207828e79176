/** Both vectors of a document or of a query. */
interface Vectors {
  semantic: Float32Array;
  copy: Float32Array;
}

/** Returns why a partition must refuse vectors. Not every technology checks them itself. */
export function vectorFault(vectors: Vectors, dimension: number): string | undefined {
  for (const name of ['semantic', 'copy'] as const) {
    const vector = vectors[name];
    if (vector.length !== dimension) {
      return `The ${name} vector has the dimension ${vector.length} and not ${dimension}.`;
    }
    if (!vector.every(Number.isFinite))
      return `The ${name} vector has an element that is not a finite number.`;
  }
  return undefined;
}
