/** Bounds of a JSON value in a request: its nesting, and its values in all. */
export const JSON_BOUNDS = { depth: 32, values: 100_000 } as const;

/** A part of a value that is refused, by its path. */
export interface Refused {
  path: readonly string[];
  message: string;
}

interface Visit {
  key: string;
  parent: Visit | undefined;
  value: unknown;
  depth: number;
}

/**
 * Returns the first part of a value that storage cannot hold, or that no schema should have to read: text with a lone
 * surrogate, a key `__proto__`, too deep a nesting, too many values. Does not recurse. Bytes are not looked into.
 */
export function refusedPart(value: unknown): Refused | undefined {
  const pending: Visit[] = [{ key: '', parent: undefined, value, depth: 0 }];
  let values = 1;
  for (let visit = pending.pop(); visit; visit = pending.pop()) {
    if (typeof visit.value === 'string' && !visit.value.isWellFormed())
      return { path: pathOf(visit), message: 'must be well-formed Unicode: it has a lone surrogate' };
    if (typeof visit.value !== 'object' || visit.value === null || ArrayBuffer.isView(visit.value)) continue;
    values += Array.isArray(visit.value) ? visit.value.length : Object.keys(visit.value).length;
    if (values > JSON_BOUNDS.values)
      return { path: [], message: `must have at most ${JSON_BOUNDS.values} values in all` };
    const entries = Object.entries(visit.value); // after the bound: the keys of 3 000 000 numbers take seconds
    if (entries.length > 0 && visit.depth === JSON_BOUNDS.depth)
      return { path: pathOf(visit), message: `must be nested at most ${JSON_BOUNDS.depth} deep` };
    for (const [key, inner] of entries.reverse()) {
      const child = { key, parent: visit, value: inner, depth: visit.depth + 1 };
      if (key === '__proto__' || !key.isWellFormed())
        return { path: pathOf(child), message: 'is not a key that can be stored' };
      pending.push(child);
    }
  }
  return undefined;
}

function pathOf({ key, parent }: Visit): string[] {
  return parent ? [...pathOf(parent), key] : [];
}
