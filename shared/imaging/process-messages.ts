import type { ProblemCode } from '#shared/kernel/problems.ts';
import type { ReadOptions } from './imaging.ts';
import type { Region } from './region.ts';
import type { DerivedImage, DerivedPart } from './sharp-derive.ts';

/** A question to the reading process. `image` numbers the images of one reader. */
export type ToReader =
  | { kind: 'read'; image: number; bytes: Uint8Array; options: ReadOptions }
  /** The last of nested regions. */
  | { kind: 'part'; image: number; regions: readonly Region[] };

/** A message of the reading process; replies come in the order of the questions. */
export type FromReader =
  | { kind: 'ready' }
  | { kind: 'image'; image: DerivedImage }
  | { kind: 'part'; part: DerivedPart }
  /** The process does not hold the image any more. */
  | { kind: 'gone' }
  | { kind: 'problem'; code: ProblemCode; detail: string }
  | { kind: 'error'; detail: string };
