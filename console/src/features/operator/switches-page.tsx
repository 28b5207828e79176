import type { Switches } from '@deeplens/sdk';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useSession } from '../../app/session.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Loading } from '../../ui/loading.tsx';
import { Moment } from '../../ui/moment.tsx';
import { HealthChecks } from './health-checks.tsx';

type Pausable = Switches['pause'][number];
const PAUSES: Record<Pausable, string> = {
  ingest: 'New pictures: they are refused, with the time to try again',
  imports: 'Scans and imports of tenants’ storage: they wait',
  webhooks: 'Deliveries to webhooks: they wait',
};
const PAUSABLE = Object.keys(PAUSES) as Pausable[]; // Object.keys loses the literal types

/** Pauses or degrades parts of the service during an incident, and shows the readiness of its dependencies. */
export function SwitchesPage() {
  const { client } = useSession();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['switches'],
    queryFn: ({ signal }) => client.admin.getSwitches({ signal }),
  });
  return (
    <div className="page">
      <h1>Switches</h1>
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {isPending && <Loading />}
      {data && <SwitchesForm key={JSON.stringify(data)} switches={data} />}
      <HealthChecks />
    </div>
  );
}

function SwitchesForm({ switches }: { switches: Switches }) {
  const { client } = useSession();
  const queries = useQueryClient();
  const [pause, setPause] = useState<readonly Pausable[]>(switches.pause);
  const [degrade, setDegrade] = useState(switches.degrade);
  const change = useMutation({
    mutationFn: () => client.admin.putSwitches({ pause: [...pause], degrade: [...degrade] }),
    onSuccess: (changed) => queries.setQueryData(['switches'], changed),
  });
  const isSame =
    [...pause].sort().join() === [...switches.pause].sort().join() &&
    degrade.join() === switches.degrade.join();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <form className="card" onSubmit={submit}>
      <fieldset className="stack" aria-label="Paused">
        <h2>Paused</h2>
        {PAUSABLE.map((part) => (
          <label key={part}>
            <input
              type="checkbox"
              checked={pause.includes(part)}
              onChange={({ target }) =>
                setPause(target.checked ? [...pause, part] : pause.filter((each) => each !== part))
              }
            />{' '}
            {PAUSES[part]}
          </label>
        ))}
      </fieldset>
      <fieldset className="stack" aria-label="With less">
        <h2>With less</h2>
        <label>
          <input
            type="checkbox"
            checked={degrade.includes('verification')}
            onChange={({ target }) => setDegrade(target.checked ? ['verification'] : [])}
          />{' '}
          Searches do not compare pixels, and say so
        </label>
      </fieldset>
      {change.error && <ErrorNote error={change.error} />}
      <div className="row">
        <button type="submit" className="danger" disabled={isSame || change.isPending}>
          Set the switches
        </button>
        <span role="status" className="note">
          {switches.changed_at ? (
            <>
              Set <Moment at={switches.changed_at} />. They hold everywhere within a minute.
            </>
          ) : (
            'Nobody has set them. Nothing is lost while a part is paused.'
          )}
        </span>
      </div>
    </form>
  );
}
