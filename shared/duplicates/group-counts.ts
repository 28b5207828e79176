import * as z from 'zod';
import { COPY_VERDICTS, type CopyVerdict } from '#shared/kernel/vocabulary.ts';
import { isDecided } from './decision.ts';
import { exactSets } from './exact-members.ts';
import type { DuplicateGroup } from './group.ts';

const STATES = ['open', 'decided'] as const;

/** Numbers of groups by verdict and of sets of exact copies within groups, each by whether a person has decided. */
export const GroupCounts = z.object({
  exact_open: z.number(),
  exact_decided: z.number(),
  edited_copy_open: z.number(),
  edited_copy_decided: z.number(),
  exact_sets_open: z.number(),
  exact_sets_decided: z.number(),
});
export type GroupCounts = z.infer<typeof GroupCounts>;
/** Counts that were changed; a counter lacks the others. */
export const SomeCounts = GroupCounts.partial();
export const GROUP_COUNTS = GroupCounts.keyof().options;

/** The groups that a total is of; by default all. */
export interface CountedGroups {
  verdicts?: readonly CopyVerdict[];
  /** Sets of exact copies within groups, instead of groups. */
  exactSets?: boolean;
  /** Only decided, or only undecided groups. */
  decided?: boolean | undefined;
}

/** Returns what a group adds to the counts; zeros for none. */
export function countsOf(group?: DuplicateGroup): GroupCounts {
  const counts = { ...NOTHING };
  if (!group) return counts;
  const state = isDecided(group) ? 'decided' : 'open';
  counts[`${group.verdict}_${state}`] = 1;
  counts[`exact_sets_${state}`] = exactSets(group).length;
  return counts;
}

const NOTHING: GroupCounts = {
  exact_open: 0,
  exact_decided: 0,
  edited_copy_open: 0,
  edited_copy_decided: 0,
  exact_sets_open: 0,
  exact_sets_decided: 0,
};

/** Sums what is asked for. */
export function totalOf(
  counts: z.infer<typeof SomeCounts>,
  { verdicts = COPY_VERDICTS, exactSets: ofSets = false, decided }: CountedGroups,
): number {
  const states = STATES.filter((state) => decided === undefined || decided === (state === 'decided'));
  const names = ofSets ? (['exact_sets'] as const) : verdicts;
  return names
    .flatMap((name) => states.map((state) => counts[`${name}_${state}`] ?? 0))
    .reduce((sum, count) => sum + count, 0);
}
