import type { Alignment } from '#shared/domain/alignment.ts';
import type { Part } from '#shared/domain/inset.ts';
import type { Evidence, Judgement } from '#shared/domain/verdict.ts';
import type { IndexedRecord } from './indexed-record.ts';

/** A picture near the probe, and what it is to it. */
export interface Neighbour extends Judgement {
  record: IndexedRecord;
  evidence: Evidence;
  alignment?: Alignment;
  /** Where in the query it was found, if not in all of it. */
  part?: Part;
}
