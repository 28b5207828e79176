/** All 64 coefficients of a block. */
const ALL = (1n << 64n) - 1n;

/** Start of frame: 0xc0 to 0xcf, but for tables (c4, cc) and an extension (c8). */
export const isFrameHeader = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

/** Tells whether the scans of a JPEG that were met hold every coefficient of every component to its last bit. */
export class ScanCoverage {
  readonly #missing = new Map<number, bigint>();
  #isProgressive = false;

  /** @param content of the frame header, without its length */
  startFrame(marker: number, content: Uint8Array): void {
    this.#isProgressive = [0xc2, 0xc6, 0xca, 0xce].includes(marker);
    for (let at = 6; at + 3 <= content.length; at += 3) this.#missing.set(content[at] ?? 0, ALL);
  }

  /** @param content of the scan header, without its length */
  addScan(content: Uint8Array): void {
    const count = content[0] ?? 0;
    const [first = 0, last = 63, bits = 0] = content.subarray(1 + 2 * count);
    const isLast = !this.#isProgressive || (bits & 15) === 0;
    if (!isLast) return;
    const sent = this.#isProgressive ? range(first, Math.min(last, 63)) : ALL;
    for (let index = 0; index < count; index++) {
      const component = content[1 + 2 * index] ?? 0;
      this.#missing.set(component, (this.#missing.get(component) ?? 0n) & ~sent);
    }
  }

  isComplete(): boolean {
    return this.#missing.size > 0 && [...this.#missing.values()].every((missing) => missing === 0n);
  }
}

const range = (first: number, last: number): bigint =>
  last < first ? 0n : ((1n << BigInt(last - first + 1)) - 1n) << BigInt(first);
