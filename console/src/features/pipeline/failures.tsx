import type { Image } from '@deeplens/sdk';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useScope, useSession } from '../../app/session.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { count, counted } from '../../ui/format.ts';
import { type FailedGroup, groupFailed } from './group-failed.ts';

/** So many of the newest failures are looked at. */
const MOST = 500;
const AT_ONCE = 4;

/**
 * What failed, by stage and code; what a retry can mend is retried.
 * @param failed how many there are by the statistics, which may lag: the list is read anew when they change
 */
export function Failures({ failed }: { failed: number }) {
  const { client } = useSession();
  const { data, error, refetch } = useQuery({
    queryKey: ['failed', failed],
    queryFn: ({ signal }) =>
      client.images.list({ status: 'failed', limit: 100 }, { signal }).toArray({ limit: MOST }),
  });
  if (data?.length === 0) return <p className="note">Nothing has failed.</p>;
  return (
    <section className="stack" aria-label="Failures">
      <div className="row">
        <h2 className="grow">Failures</h2>
        <Link to="/library" search={{ status: 'failed' }}>
          Look at them
        </Link>
      </div>
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {data?.length === MOST && <p className="note">Of the newest {count(MOST)}:</p>}
      {groupFailed(data ?? []).map((group) => (
        <Group key={`${group.stage} ${group.code}`} group={group} />
      ))}
    </section>
  );
}

function Group({ group: { stage, code, detail, retryable, images } }: { group: FailedGroup }) {
  const { client } = useSession();
  const queries = useQueryClient();
  const mayRetry = useScope('deeplens.upload');
  const retry = useMutation({
    mutationFn: () => inParallel(images, (image) => client.images.retry(image.image_id)),
    onSettled: () => queries.invalidateQueries({ queryKey: ['overview'] }),
  });
  return (
    <div className="card">
      <div className="row">
        <strong className="grow">
          {counted(images.length, 'picture')} at {stage}: <code>{code}</code>
        </strong>
        {retryable && mayRetry && (
          <button type="button" disabled={retry.isPending} onClick={() => retry.mutate()}>
            {retry.isPending ? 'Retrying…' : 'Retry all'}
          </button>
        )}
      </div>
      <p>{detail}</p>
      <p className="note">
        {retryable ? 'The same pictures can succeed.' : 'The files themselves are at fault: replace them.'}
      </p>
      <p role="status" className="note">
        {retry.data !== undefined && `${counted(retry.data, 'picture')} on the way again.`}
      </p>
      {retry.error && <ErrorNote error={retry.error} />}
    </div>
  );
}

/** Does something to each image, some at once. @returns to how many. @throws the first error */
async function inParallel(
  images: readonly Image[],
  act: (image: Image) => Promise<unknown>,
): Promise<number> {
  const left = [...images];
  const work = async () => {
    for (let image = left.shift(); image; image = left.shift()) await act(image);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return images.length;
}
