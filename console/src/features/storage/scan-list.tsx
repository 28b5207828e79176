import type { Job } from '@deeplens/sdk';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useSession } from '../../app/session.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { JobCard, OPEN } from '../jobs/job-card.tsx';
import { ScanErrors } from './scan-errors.tsx';

const REFRESH_MS = 3_000;
const SHOWN = 20;

/** The latest scans; those that run are followed. */
export function ScanList() {
  const { client } = useSession();
  const { data, error, refetch } = useQuery({
    queryKey: ['scans'],
    queryFn: async ({ signal }) => (await client.jobs.list({ kind: 'scan', limit: SHOWN }, { signal })).items,
    refetchInterval: ({ state }) =>
      state.data?.some(({ status }) => OPEN.includes(status)) ? REFRESH_MS : false,
  });
  if (error) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (!data || data.length === 0) return null;
  return (
    <section className="stack" aria-label="Scans">
      <h2>Scans</h2>
      {data.map((job) => (
        <Scan key={job.job_id} job={job} />
      ))}
    </section>
  );
}

function Scan({ job }: { job: Job }) {
  const { client } = useSession();
  const queries = useQueryClient();
  const changed = () => queries.invalidateQueries({ queryKey: ['scans'] });
  const cancel = useMutation({ mutationFn: () => client.scans.cancel(job.job_id), onSettled: changed });
  const confirm = useMutation({ mutationFn: () => client.jobs.confirm(job.job_id), onSettled: changed });
  const asks = job.status === 'needs_confirmation';
  const actions = (
    <>
      {asks && (
        <button
          type="button"
          className="danger"
          disabled={confirm.isPending}
          onClick={() => confirm.mutate()}
        >
          They are gone: go on
        </button>
      )}
      {OPEN.includes(job.status) && (
        <button type="button" disabled={cancel.isPending} onClick={() => cancel.mutate()}>
          Cancel
        </button>
      )}
    </>
  );
  return (
    <JobCard job={job} actions={actions}>
      {asks && <p>Unusually many pictures are missing from the location. Check it before you go on.</p>}
      {job.errors_count > 0 && <ScanErrors jobId={job.job_id} count={job.errors_count} />}
      {cancel.error && <ErrorNote error={cancel.error} />}
      {confirm.error && <ErrorNote error={confirm.error} />}
    </JobCard>
  );
}
