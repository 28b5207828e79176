/** Collects ranges of a file, in order, and inserted bytes. Adjacent ranges become one. */
export class KeptRanges {
  readonly #file: Buffer;
  readonly #parts: Buffer[] = [];
  #from = 0;
  #to = 0;

  constructor(file: Buffer) {
    this.#file = file;
  }

  /** Keeps bytes `from` to `to`; they start where the last range ended, or later. */
  keep(from: number, to: number): void {
    if (from !== this.#to) this.#flush(from);
    this.#to = to;
  }

  insert(bytes: Uint8Array): void {
    this.#flush(this.#to);
    this.#parts.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  }

  /** Returns the collected bytes: the file itself where it is kept as a whole. */
  result(): Buffer {
    this.#flush(this.#to);
    const [first = this.#file.subarray(0, 0)] = this.#parts;
    return this.#parts.length === 1 ? first : Buffer.concat(this.#parts);
  }

  #flush(next: number): void {
    if (this.#to > this.#from) this.#parts.push(this.#file.subarray(this.#from, this.#to));
    this.#from = next;
    this.#to = next;
  }
}
