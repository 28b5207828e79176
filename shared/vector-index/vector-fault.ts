/** Both vectors of a document or of a query. */
interface Vectors {
  semantic: Float32Array;
  copy: Float32Array;
}

/** Why vectors cannot be in a model's space, for the technologies that would take them in silence. */
export function vectorFault(vectors: Vectors, dimension: number): string | undefined {
  for (const name of ['semantic', 'copy'] as const) {
    const vector = vectors[name];
    if (vector.length !== dimension) {
      return `The ${name} vector has the dimension ${vector.length} and not ${dimension}.`;
    }
    if (!vector.every(Number.isFinite)) return `The ${name} vector holds something that is not a number.`;
  }
  return undefined;
}
