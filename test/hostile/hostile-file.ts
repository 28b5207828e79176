/** A file that a stranger could send. It is made when it is asked for. */
export interface HostileFile {
  /** `family: variant`, unique. */
  name: string;
  contentType: string;
  make: () => Buffer | Promise<Buffer>;
}

/** Names the variants of a family. */
export const family = (
  name: string,
  contentType: string,
  variants: Readonly<Record<string, () => Buffer | Promise<Buffer>>>,
): HostileFile[] =>
  Object.entries(variants).map(([variant, make]) => ({ name: `${name}: ${variant}`, contentType, make }));
