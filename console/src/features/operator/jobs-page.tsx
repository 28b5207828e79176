import type { Job } from '@deeplens/sdk';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { JOB_KINDS, JOB_STATES } from '../../app/job-choices.ts';
import { useSession } from '../../app/session.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Loading } from '../../ui/loading.tsx';
import { More } from '../../ui/more.tsx';
import { usePages } from '../../ui/use-pages.ts';
import { JobCard, OPEN } from '../jobs/job-card.tsx';
import { Models } from './models.tsx';
import { Redrive } from './redrive.tsx';

const REFRESH_MS = 5_000;
/** Kinds whose jobs the operator can cancel. */
const ABOUT_A_MODEL = /^(model|index)_/;

/** Jobs of all tenants and of the operator; those about models and failures are started here. */
export function JobsPage() {
  const { client } = useSession();
  const navigate = useNavigate();
  const { kind, status } = useSearch({ from: '/operator/jobs' });
  const filters = { ...(kind && { kind }), ...(status && { status }) };
  const list = usePages(
    ['jobs', filters],
    (signal) => client.admin.jobs.list({ ...filters, limit: 20 }, { signal }),
    { refetchInterval: REFRESH_MS },
  );
  const show = (search: { kind?: typeof kind; status?: typeof status }) =>
    void navigate({ to: '/operator/jobs', search: { ...filters, ...search }, replace: true });
  return (
    <div className="page">
      <div className="page-head">
        <h1>Jobs</h1>
        <label>
          Kind{' '}
          <select
            value={kind ?? ''}
            onChange={({ target }) => show({ kind: JOB_KINDS.find((each) => each === target.value) })}
          >
            <option value="">All</option>
            {JOB_KINDS.map((each) => (
              <option key={each} value={each}>
                {each.replace('_', ' ')}
              </option>
            ))}
          </select>
        </label>
        <label>
          Status{' '}
          <select
            value={status ?? ''}
            onChange={({ target }) => show({ status: JOB_STATES.find((each) => each === target.value) })}
          >
            <option value="">All</option>
            {JOB_STATES.map((each) => (
              <option key={each} value={each}>
                {each.replace('_', ' ')}
              </option>
            ))}
          </select>
        </label>
      </div>
      <Models />
      <Redrive />
      {list.error && <ErrorNote error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Loading />}
      {list.isSuccess && list.items.length === 0 && (
        <div className="empty">
          <strong>{kind || status ? 'No job is like that.' : 'No job yet.'}</strong>
          <p>Scans, removals, replays and what is done to models and indexes are jobs.</p>
        </div>
      )}
      {list.items.map((job) => (
        <OfAnyTenant key={job.job_id} job={job} />
      ))}
      <More {...list} />
    </div>
  );
}

function OfAnyTenant({ job }: { job: Job }) {
  const { client } = useSession();
  const queries = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => client.admin.jobs.cancel(job.job_id),
    onSettled: () => queries.invalidateQueries({ queryKey: ['jobs'] }),
  });
  const about = [job.model, job.stage, job.event_type, job.at_tenant ?? job.tenant_id]
    .filter(Boolean)
    .join(' · ');
  const canCancel = ABOUT_A_MODEL.test(job.kind) && OPEN.includes(job.status);
  return (
    <JobCard
      job={job}
      title={job.kind.replaceAll('_', ' ') + (job.dry_run ? ', counted only' : '')}
      actions={
        canCancel && (
          <button type="button" disabled={cancel.isPending} onClick={() => cancel.mutate()}>
            Cancel
          </button>
        )
      }
    >
      {about && <p>{about}</p>}
      {cancel.error && <ErrorNote error={cancel.error} />}
    </JobCard>
  );
}
