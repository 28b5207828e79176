import type { DecideGroupRequest, DuplicateGroup } from '@deeplens/sdk';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useScope, useSession } from '../../app/session.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { bytes, count } from '../../ui/format.ts';
import { imagesQuery } from '../../ui/use-thumbnails.ts';
import { reclaimable } from './group-facts.ts';
import { GroupView } from './group-view.tsx';
import { KeyLegend } from './key-legend.tsx';
import { type Action, chosenBy } from './keys.ts';
import { useGroups, type Verdict } from './queries.ts';
import { useKeys } from './use-keys.ts';

/** Groups whose pictures are fetched ahead. */
const AHEAD = 3;
const MAX_ZOOM = 8;

/** One undecided group after the other. A decision is stored before its group leaves. */
export function Queue({ verdict }: { verdict: Verdict | undefined }) {
  const { client } = useSession();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { group: place } = useSearch({ from: '/duplicates' });
  const mayDecide = useScope('deeplens.upload');
  const list = useGroups(false, verdict);
  const [done, setDone] = useState<readonly DuplicateGroup[]>([]);
  const [keeper, setKeeper] = useState<string>();
  const [zoom, setZoom] = useState(1);
  const [blink, setBlink] = useState(false);
  const legend = useRef<HTMLDialogElement>(null);

  const decided = new Set(done.map(({ group_id }) => group_id));
  const groups = (list.data?.pages ?? [])
    .flatMap((page) => page.groups)
    .filter(({ group_id }) => !decided.has(group_id));
  const index = Math.max(
    0,
    groups.findIndex(({ group_id }) => group_id === place),
  );
  const group = groups[index];
  const total = list.data?.pages[0]?.total_groups ?? 0;
  const kept = keeper ?? group?.suggested_keeper;

  const goTo = (next: DuplicateGroup | undefined) => {
    setKeeper(undefined);
    setZoom(1);
    void navigate({
      to: '/duplicates',
      search: (now) => ({ ...now, group: next?.group_id }),
      replace: true,
    });
  };
  const decide = useMutation({
    mutationFn: ({ of, body }: { of: DuplicateGroup; body: DecideGroupRequest }) =>
      client.duplicates.decide(of.group_id, body),
    onSuccess: (_, { of }) => {
      const at = groups.findIndex(({ group_id }) => group_id === of.group_id);
      setDone((before) => [...before, of]);
      goTo(groups[at + 1] ?? groups[at - 1]);
      void queries.invalidateQueries({ queryKey: ['duplicates', true] });
    },
  });
  const undo = useMutation({
    mutationFn: (of: DuplicateGroup) => client.duplicates.undo(of.group_id),
    onSuccess: (_, of) => {
      setDone((before) => before.filter((each) => each !== of));
      goTo(of);
      void queries.invalidateQueries({ queryKey: ['duplicates', true] });
    },
  });
  const busy = decide.isPending || undo.isPending;

  useEffect(() => {
    if (list.hasNextPage && !list.isFetchingNextPage && index + AHEAD >= groups.length)
      void list.fetchNextPage();
  }, [list, index, groups.length]);
  const ahead = groups.slice(index + 1, index + 1 + AHEAD).map(idsOf);
  useEffect(() => {
    for (const ids of ahead) void queries.prefetchQuery(imagesQuery(client, ids));
  });

  const act = (action: Action) => {
    const choice = chosenBy(action);
    if (choice !== undefined) return setKeeper(group?.images[choice]?.image_id ?? kept);
    if (action === 'legend') legend.current?.showModal();
    if (action === 'blink') setBlink(true);
    if (action === 'zoom in') setZoom((now) => Math.min(MAX_ZOOM, now * 1.5));
    if (action === 'zoom out') setZoom((now) => Math.max(1, now / 1.5));
    if (action === 'fit') setZoom(1);
    if (action === 'previous' && index > 0) goTo(groups[index - 1]);
    if (action === 'next' && groups[index + 1]) goTo(groups[index + 1]);
    const last = done.at(-1);
    if (busy || !mayDecide) return;
    if (action === 'undo' && last) undo.mutate(last);
    if (!group || !kept) return;
    if (action === 'keep one') decide.mutate({ of: group, body: { action: 'keep_one', keeper: kept } });
    if (action === 'keep all') decide.mutate({ of: group, body: { action: 'keep_all' } });
    if (action === 'not duplicates') decide.mutate({ of: group, body: { action: 'not_duplicates' } });
  };
  // Enter is the queue's, not the link's that led here.
  useEffect(() => document.getElementById('content')?.focus({ preventScroll: true }), []);
  useKeys(act, (action) => action === 'blink' && setBlink(false));

  if (list.error) return <ErrorNote error={list.error} onRetry={() => void list.refetch()} />;
  if (list.isPending)
    return (
      <p role="status" className="note">
        Looking for duplicates…
      </p>
    );
  return (
    <>
      <div className="row" aria-live="polite">
        <progress value={done.length} max={Math.max(total, 1)} aria-label="Decided groups" className="grow" />
        <span>
          {count(done.length)} of {count(total)} decided
        </span>
        {group && (
          <span className="note">
            {bytes(reclaimable(group, kept))} to be won here, {list.hasNextPage && 'at least '}
            {bytes(groups.reduce((sum, each) => sum + reclaimable(each), 0))} in all
          </span>
        )}
      </div>
      {decide.error && <ErrorNote error={decide.error} />}
      {undo.error && <ErrorNote error={undo.error} />}
      {group && kept ? (
        <GroupView group={group} keeper={kept} onKeep={setKeeper} zoom={zoom} blink={blink} />
      ) : (
        <NoneLeft decided={done.length} />
      )}
      <div className="row decisions">
        <button
          type="button"
          className="primary"
          disabled={busy || !mayDecide || !group}
          onClick={() => act('keep one')}
        >
          Keep the chosen one <kbd className="hint">Enter</kbd>
        </button>
        <button type="button" disabled={busy || !mayDecide || !group} onClick={() => act('keep all')}>
          Keep all <kbd className="hint">A</kbd>
        </button>
        <button type="button" disabled={busy || !mayDecide || !group} onClick={() => act('not duplicates')}>
          Not duplicates <kbd className="hint">N</kbd>
        </button>
        <button type="button" disabled={busy || done.length === 0} onClick={() => act('undo')}>
          Undo <kbd className="hint">U</kbd>
        </button>
        <button
          type="button"
          disabled={index === 0}
          onClick={() => act('previous')}
          aria-label="Previous group"
        >
          <kbd>←</kbd>
        </button>
        <button
          type="button"
          disabled={!groups[index + 1]}
          onClick={() => act('next')}
          aria-label="Next group"
        >
          <kbd>→</kbd>
        </button>
        <button type="button" onClick={() => act('legend')}>
          Keys <kbd className="hint">?</kbd>
        </button>
      </div>
      {!mayDecide && (
        <p className="note">Your key lacks the scope deeplens.upload: it can look, not decide.</p>
      )}
      <KeyLegend dialog={legend} />
    </>
  );
}

const idsOf = (group: DuplicateGroup): string[] => group.images.map(({ image_id }) => image_id);

const NoneLeft = ({ decided }: { decided: number }) => (
  <div className="empty">
    <strong>{decided > 0 ? 'All groups are decided.' : 'No duplicates to decide about.'}</strong>
    <p>Groups appear here as pictures are brought in. Decided ones are in the table.</p>
    <Link to="/upload">Bring pictures in</Link>
  </div>
);
