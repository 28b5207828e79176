import type { IndexedRecord } from '#shared/images/indexed-image.ts';
import type { Region } from '#shared/imaging/region.ts';
import type { Evidence, Judgement } from '#shared/matching/decision/decide.ts';
import type { Alignment } from '#shared/matching/geometry/alignment.ts';

/** A picture near the probe, and what it is to it. */
export interface Neighbour extends Judgement {
  record: IndexedRecord;
  evidence: Evidence;
  alignment?: Alignment;
  /** Where in the query it was found, if not in all of it. */
  part?: Region;
}
