import type { Job } from '@deeplens/sdk';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useSession } from '../../app/session.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { count, counted, duration } from '../../ui/format.ts';
import { Moment } from '../../ui/moment.tsx';

const REFRESH_MS = 3_000;
const SHOWN = 20;
const OPEN: readonly Job['status'][] = ['queued', 'running', 'needs_confirmation'];

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
  const cancel = useMutation({ mutationFn: () => client.jobs.cancel(job.job_id), onSettled: changed });
  const confirm = useMutation({ mutationFn: () => client.jobs.confirm(job.job_id), onSettled: changed });
  const { percent, rate_per_s, eta_s, ...counters } = job.progress;
  const byCode = Map.groupBy(job.errors, ({ code }) => code);
  return (
    <div className="card">
      <div className="row">
        <span className={`tag ${job.status === 'completed' ? 'indexed' : job.status}`}>
          {job.status.replace('_', ' ')}
        </span>
        <span className="note grow">
          <Moment at={job.started_at} />
          {job.waiting && ` · ${job.waiting.replaceAll('_', ' ')}`}
          {eta_s !== undefined && ` · about ${duration(eta_s)} left`}
        </span>
        {job.status === 'needs_confirmation' && (
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
      </div>
      {job.status === 'needs_confirmation' && (
        <p>Unusually many pictures are missing from the location. Check it before you go on.</p>
      )}
      {job.status === 'running' && (
        <progress aria-label="Progress" {...(percent !== undefined && { value: percent, max: 100 })} />
      )}
      <p className="note">
        {Object.entries(counters)
          .map(([name, value]) => `${count(value)} ${name.replaceAll('_', ' ')}`)
          .join(' · ')}
        {rate_per_s !== undefined && ` · ${rate_per_s.toFixed(1)} a second`}
      </p>
      {Array.from(byCode, ([code, errors]) => (
        <p key={code} className="note">
          <code>{code}</code> {counted(errors.length, 'file')}: {errors[0]?.detail}
        </p>
      ))}
      {cancel.error && <ErrorNote error={cancel.error} />}
      {confirm.error && <ErrorNote error={confirm.error} />}
    </div>
  );
}
