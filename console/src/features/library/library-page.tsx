import './library.css';
import type { ListImagesReply } from '@deeplens/sdk';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useRef, useState } from 'react';
import { useSession } from '../../app/session.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Picture } from '../../ui/picture.tsx';

const PAGE = 60;
const STATUSES = {
  indexed: 'Searchable',
  processed: 'Embedded',
  validated: 'Validated',
  uploaded: 'Uploaded',
  pending_upload: 'Awaiting upload',
  failed: 'Failed',
} as const;
type Status = keyof typeof STATUSES;

/** All images of the tenant, newest first. */
export function LibraryPage() {
  const { client } = useSession();
  const navigate = useNavigate();
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
  const filtered = status !== undefined || external_id !== undefined;
  return (
    <div className="page">
      <div className="page-head">
        <h1>Library</h1>
        <ExternalId key={external_id} externalId={external_id} />
        <label>
          Status{' '}
          <select
            value={status ?? ''}
            onChange={({ target }) =>
              void navigate({
                to: '/library',
                search: { external_id, sort, status: target.value ? (target.value as Status) : undefined }, // an option's
              })
            }
          >
            <option value="">All</option>
            {Object.entries(STATUSES).map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <label>
          Order{' '}
          <select
            value={sort ?? ''}
            onChange={({ target }) =>
              void navigate({
                to: '/library',
                search: { external_id, status, sort: target.value ? 'created_at' : undefined },
              })
            }
          >
            <option value="">Newest first</option>
            <option value="created_at">Oldest first</option>
          </select>
        </label>
      </div>
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
          <li key={image.image_id} className="library-item">
            <Link to="/library/$imageId" params={{ imageId: image.image_id }}>
              <Picture image={image} alt={image.file_path} />
            </Link>
            <span className="clip note">{image.file_path}</span>
            {image.status !== 'indexed' && (
              <span className={`tag ${image.status}`}>{image.status.replace('_', ' ')}</span>
            )}
          </li>
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

/** Finds the picture that has an id of the tenant's own. */
function ExternalId({ externalId = '' }: { externalId?: string | undefined }) {
  const navigate = useNavigate();
  const { status, sort } = useSearch({ from: '/library' });
  const [typed, setTyped] = useState(externalId);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void navigate({
      to: '/library',
      search: { status, sort, external_id: typed.trim() || undefined },
    });
  };
  return (
    <form className="row" onSubmit={submit}>
      <input
        type="search"
        aria-label="External id"
        placeholder="External id"
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
      />
      <button type="submit" disabled={typed.trim() === externalId}>
        Find
      </button>
    </form>
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
