const strict = new TextDecoder('utf-8', { fatal: true });

/** Decodes UTF-8, without a byte order mark. @returns undefined if it is not valid */
export function utf8(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}
