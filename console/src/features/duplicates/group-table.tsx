import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useScope, useSession } from '../../app/session.tsx';
import { describeError } from '../../ui/describe-error.ts';
import { ErrorNote } from '../../ui/error-note.tsx';
import { bytes, counted } from '../../ui/format.ts';
import { inBatches } from '../../ui/in-batches.ts';
import { toggled } from '../../ui/toggled.ts';
import { reclaimable } from './group-facts.ts';
import { GroupRow, ROW_PX } from './group-row.tsx';
import { useGroups, type Verdict } from './queries.ts';

/** Rows before the end of the list at which its next page is fetched. */
const MARGIN = 30;

/** All groups as rows; suggestions of exact groups can be taken at once. */
export function GroupTable({ verdict }: { verdict: Verdict | undefined }) {
  const { client } = useSession();
  const queries = useQueryClient();
  const mayDecide = useScope('deeplens.upload');
  const [decided, setDecided] = useState(false);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, string>>(new Map());
  const list = useGroups(decided, verdict);
  const pages = list.data?.pages;
  // Not at each frame of a scroll.
  const groups = useMemo(() => (pages ?? []).flatMap((page) => page.groups), [pages]);
  const total = pages?.[0]?.total_groups ?? 0;
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: groups.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 8,
  });
  const visible = rows.getVirtualItems();
  const last = visible.at(-1)?.index ?? 0;
  useEffect(() => {
    if (list.hasNextPage && !list.isFetchingNextPage && last + MARGIN >= groups.length)
      void list.fetchNextPage();
  }, [list, last, groups.length]);

  const note = useCallback(
    (group: string, outcome: string) => setOutcomes((before) => new Map(before).set(group, outcome)),
    [],
  );
  const chosen = useMemo(() => groups.filter(({ group_id }) => selected.has(group_id)), [groups, selected]);
  const apply = useMutation({
    mutationFn: async () => {
      await inBatches(
        chosen,
        (batch) =>
          client.duplicates.decideMany(
            batch.map(({ group_id, suggested_keeper }) => ({
              ...{ group_id, action: 'keep_one' as const, keeper: suggested_keeper },
            })),
          ),
        ({ group_id }, refusal) => note(group_id, refusal ?? 'Decided'),
      );
      setSelected(new Set());
    },
    onSettled: () => void queries.invalidateQueries({ queryKey: ['duplicates', true] }),
  });
  const undo = useCallback(
    async (group: string) => {
      await client.duplicates.undo(group).then(
        () => note(group, 'Undone'),
        (error: unknown) => note(group, describeError(error).detail),
      );
      void queries.invalidateQueries({ queryKey: ['duplicates'] });
    },
    [client, queries, note],
  );
  const toggle = useCallback((group: string) => setSelected((before) => toggled(before, group)), []);
  const toWin = chosen.reduce((sum, group) => sum + reclaimable(group), 0);
  const exact = useMemo(
    () => groups.filter((group) => group.verdict === 'exact' && !outcomes.has(group.group_id)),
    [groups, outcomes],
  );

  if (list.error) return <ErrorNote error={list.error} onRetry={() => void list.refetch()} />;
  const before = visible[0]?.start ?? 0;
  const after = rows.getTotalSize() - (visible.at(-1)?.end ?? 0);
  return (
    <section className="card" aria-label="Groups">
      <div className="row">
        <button type="button" aria-pressed={!decided} onClick={() => setDecided(false)}>
          Undecided
        </button>
        <button type="button" aria-pressed={decided} onClick={() => setDecided(true)}>
          Decided
        </button>
        <span className="note grow" role="status">
          {list.isPending ? 'Loading…' : counted(total, 'group')}
        </span>
        {!decided && mayDecide && (
          <>
            <button
              type="button"
              disabled={exact.length === 0}
              onClick={() => setSelected(new Set(exact.map(({ group_id }) => group_id)))}
            >
              Select {counted(exact.length, 'exact group')}
            </button>
            <button
              type="button"
              className="primary"
              disabled={chosen.length === 0 || apply.isPending}
              onClick={() => apply.mutate()}
            >
              {chosen.length === 0
                ? 'Keep the suggestions of those selected'
                : `Keep the suggestion of ${counted(chosen.length, 'group')}, ${bytes(toWin)} to be won`}
            </button>
          </>
        )}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <div ref={scroller} className="table-scroll scrolls" tabIndex={0}>
        <table className="groups" aria-rowcount={total}>
          <thead>
            <tr>
              <th className="narrow">
                <span className="visually-hidden">Select</span>
              </th>
              <th>Suggested to keep</th>
              <th>Verdict</th>
              <th>Confidence</th>
              <th>Pictures</th>
              <th>To be won</th>
              <th>Outcome</th>
            </tr>
          </thead>
          <tbody>
            {before > 0 && <tr style={{ height: before }} />}
            {visible.map(({ index }) => {
              const group = groups[index];
              return (
                group && (
                  <GroupRow
                    key={group.group_id}
                    index={index}
                    group={group}
                    isDecided={decided}
                    isSelected={selected.has(group.group_id)}
                    outcome={outcomes.get(group.group_id)}
                    onToggle={toggle}
                    onUndo={mayDecide ? undo : undefined}
                  />
                )
              );
            })}
            {after > 0 && <tr style={{ height: after }} />}
          </tbody>
        </table>
      </div>
    </section>
  );
}
