import './library.css';
import type { ListImagesReply } from '@deeplens/sdk';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { useScope, useSession } from '../../app/session.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { count, counted } from '../../ui/format.ts';
import { toggled } from '../../ui/toggled.ts';
import { ConfirmDeletion } from './confirm-deletion.tsx';
import { LibraryFilters } from './library-filters.tsx';
import { LibraryItem } from './library-item.tsx';

const PAGE = 60;
/** All images of the tenant, newest first. */
export function LibraryPage() {
  const { client } = useSession();
  const { status, external_id, sort } = useSearch({ from: '/library' });
  const filters = {
    ...(status && { status }),
    ...(external_id !== undefined && { external_id }),
    ...(sort && { sort }),
  };
  const list = useInfiniteQuery({
    queryKey: ['library', filters],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }): Promise<ListImagesReply> =>
      client.call(
        'listImages',
        {
          query: {
            ...filters,
            ...(pageParam !== undefined && { cursor: pageParam }),
            limit: PAGE,
            expand: 'thumbnail_urls',
          },
        },
        { signal },
      ),
    getNextPageParam: ({ next_cursor }) => next_cursor,
  });
  const images = (list.data?.pages ?? []).flatMap((page) => page.images);
  const end = useEndInView(() => {
    if (list.hasNextPage && !list.isFetchingNextPage) void list.fetchNextPage();
  });
  const mayDelete = useScope('deeplens.upload');
  const [selected, setSelected] = useState<ReadonlySet<string>>();
  const filtered = status !== undefined || external_id !== undefined;
  return (
    <div className="page">
      <div className="page-head">
        <h1>Library</h1>
        <LibraryFilters status={status} externalId={external_id} sort={sort} />
        {mayDelete && images.length > 0 && (
          <button
            type="button"
            aria-pressed={selected !== undefined}
            onClick={() => setSelected(selected ? undefined : new Set())}
          >
            Select
          </button>
        )}
      </div>
      {selected && (
        <div className="row selection">
          <span role="status" className="grow">
            {counted(selected.size, 'picture')} selected
          </span>
          <button type="button" onClick={() => setSelected(new Set(images.map(({ image_id }) => image_id)))}>
            All {count(images.length)} that are shown
          </button>
          <ConfirmDeletion
            label="Delete them…"
            images={images.filter(({ image_id }) => selected.has(image_id))}
            onDone={() => setSelected(undefined)}
          />
        </div>
      )}
      {list.error && <ErrorNote error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && (
        <p role="status" className="note">
          Loading…
        </p>
      )}
      {list.isSuccess && images.length === 0 && !list.hasNextPage && (
        <div className="empty">
          <strong>{filtered ? 'No picture is like that.' : 'The library is empty.'}</strong>
          {!filtered && <Link to="/upload">Bring pictures in</Link>}
        </div>
      )}
      <ul className="library">
        {images.map((image) => (
          <LibraryItem
            key={image.image_id}
            image={image}
            isSelected={selected?.has(image.image_id)}
            onToggle={(id) => setSelected((before) => before && toggled(before, id))}
          />
        ))}
      </ul>
      {list.hasNextPage && (
        <div ref={end} className="row">
          <button type="button" disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {list.isFetchingNextPage ? 'Loading…' : 'More'}
          </button>
        </div>
      )}
    </div>
  );
}

/** Calls back while an element is near the visible part of the page. */
function useEndInView(reached: () => void) {
  const latest = useRef(reached);
  latest.current = reached;
  return (element: HTMLElement | null) => {
    if (!element) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) latest.current();
      },
      { rootMargin: '600px' },
    );
    observer.observe(element);
    return () => observer.disconnect();
  };
}
