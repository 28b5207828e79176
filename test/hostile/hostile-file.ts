type Make = () => Buffer | Promise<Buffer>;

/** A file that a stranger could send. It is made when it is asked for. */
export interface HostileFile {
  /** `family: variant`, unique. */
  name: string;
  contentType: string;
  make: Make;
  /** True if no request can hold it: it comes by an upload. */
  isLarge: boolean;
}

/** Marks a variant as larger than a request may be. */
export const large = (make: Make) => ({ make });

/** Names the variants of a family. */
export const family = (
  name: string,
  contentType: string,
  variants: Readonly<Record<string, Make | ReturnType<typeof large>>>,
): HostileFile[] =>
  Object.entries(variants).map(([variant, value]) => ({
    name: `${name}: ${variant}`,
    contentType,
    ...(typeof value === 'function' ? { make: value, isLarge: false } : { make: value.make, isLarge: true }),
  }));
