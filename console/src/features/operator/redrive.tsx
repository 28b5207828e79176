import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useSession } from '../../app/session.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';

const STAGES = ['validation', 'embedding', 'indexing', 'duplicates'] as const;

/** Sends the failures of a stage again, as a job; it can count them first. */
export function Redrive() {
  const { client } = useSession();
  const queries = useQueryClient();
  const [stage, setStage] = useState<(typeof STAGES)[number]>('validation');
  const [tenant, setTenant] = useState('');
  const redrive = useMutation({
    mutationFn: (dry_run: boolean) =>
      client.admin.redriveFailures({
        stage,
        dry_run,
        ...(tenant.trim() && { tenant_id: tenant.trim() }),
      }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['jobs'] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    redrive.mutate(true);
  };
  return (
    <form className="card" onSubmit={submit}>
      <h2>Failures</h2>
      <div className="row">
        <label>
          That failed at{' '}
          <select
            value={stage}
            onChange={({ target }) => setStage(STAGES.find((each) => each === target.value) ?? stage)}
          >
            {STAGES.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
        <label>
          of the tenant{' '}
          <input placeholder="all" value={tenant} onChange={({ target }) => setTenant(target.value)} />
        </label>
        <button type="submit" disabled={redrive.isPending}>
          Count them
        </button>
        <button
          type="button"
          className="primary"
          disabled={redrive.isPending}
          onClick={() => redrive.mutate(false)}
        >
          Send them again
        </button>
      </div>
      <p role="status" className="note">
        {redrive.data && `The job ${redrive.data.job_id} is below: “found” is what a retry can mend.`}
      </p>
      {redrive.error && <ErrorNote error={redrive.error} />}
    </form>
  );
}
