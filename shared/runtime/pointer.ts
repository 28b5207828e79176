/** Returns the JSON pointer (RFC 6901) of a path. @param at the pointer that it continues */
export const pointerOf = (at: string, path: readonly PropertyKey[]): string =>
  `${at}${path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')}`;
