import './library.css';
import type { Image } from '@deeplens/sdk';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useScope, useSession } from '../../app/session.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Picture } from '../../ui/picture.tsx';
import { DeleteImage } from './delete-image.tsx';
import { Facts } from './facts.tsx';
import { detailsOf, historyOf } from './image-facts.ts';

const REFRESH_MS = 2_000;
const SETTLED: readonly Image['status'][] = ['indexed', 'failed', 'purged'];

/** All that is known of an image. */
export function ImagePage() {
  const { imageId } = useParams({ from: '/library/$imageId' });
  const { client } = useSession();
  const queries = useQueryClient();
  const mayChange = useScope('deeplens.upload');
  const found = useQuery({
    queryKey: ['image', imageId],
    queryFn: ({ signal }) =>
      client.call(
        'getImage',
        { path: { image_id: imageId }, query: { expand: 'thumbnail_urls' } },
        { signal },
      ),
    refetchInterval: ({ state }) => (state.data && !SETTLED.includes(state.data.status) ? REFRESH_MS : false),
  });
  const retry = useMutation({
    mutationFn: () => client.images.retry(imageId),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['image', imageId] }),
  });
  const image = found.data;
  if (found.error) return <ErrorNote error={found.error} onRetry={() => void found.refetch()} />;
  if (!image)
    return (
      <p role="status" className="note">
        Loading…
      </p>
    );
  return (
    <div className="page">
      <div className="page-head">
        <h1 className="clip">{image.file_path}</h1>
        <span className={`tag ${image.status}`}>{image.status.replace('_', ' ')}</span>
        {image.status === 'indexed' && (
          <Link to="/search" search={{ image: image.image_id }} className="button">
            Find like this
          </Link>
        )}
        {mayChange && <DeleteImage image={image} />}
      </div>
      {image.failure && (
        <div className="error-note">
          <strong>
            Failed at {image.failure.stage}: <code>{image.failure.code}</code>
          </strong>
          <p>{image.failure.detail}</p>
          {mayChange && image.status === 'failed' && (
            <p>
              <button type="button" disabled={retry.isPending} onClick={() => retry.mutate()}>
                Try again
              </button>
            </p>
          )}
        </div>
      )}
      {retry.error && <ErrorNote error={retry.error} />}
      <div className="image-columns">
        <div className="card">
          <Picture image={image} alt={image.file_path} size={1024} />
        </div>
        <div className="stack">
          <Facts title="Image" rows={detailsOf(image)} />
          <Facts title="History" rows={historyOf(image)} />
          {image.warnings?.map(({ code, detail }) => (
            <p key={code} className="note">
              <code>{code}</code> {detail}
            </p>
          ))}
          {image.status === 'indexed' && <Duplicates image={image} />}
          <Record image={image} />
        </div>
      </div>
    </div>
  );
}

const Record = ({ image }: { image: Image }) => {
  const { thumbnails: _, ...record } = image; // their signatures are nobody's to copy
  return (
    <details className="card">
      <summary>Record as JSON</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre className="code" tabIndex={0}>
        {JSON.stringify(record, null, 2)}
      </pre>
    </details>
  );
};

function Duplicates({ image }: { image: Image }) {
  const { client } = useSession();
  const { data, error } = useQuery({
    queryKey: ['duplicates', 'of', image.image_id],
    queryFn: ({ signal }) =>
      client.call('searchDuplicates', { body: { image_id: image.image_id } }, { signal }),
  });
  if (error) return <ErrorNote error={error} />;
  const others = data?.groups.flatMap(({ images, verdict }) =>
    images.flatMap(({ image_id, file_path }) =>
      image_id === image.image_id ? [] : { image_id, file_path, verdict },
    ),
  );
  return (
    <section className="card">
      <h2>Duplicates</h2>
      {others?.length === 0 && <p className="note">None.</p>}
      <ul>
        {others?.map(({ image_id, file_path, verdict }) => (
          <li key={image_id} className="row">
            <Link to="/library/$imageId" params={{ imageId: image_id }}>
              {file_path}
            </Link>
            <span className={`tag ${verdict}`}>{verdict.replace('_', ' ')}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
