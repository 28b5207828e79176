import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useSession } from '../../app/session.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Loading } from '../../ui/loading.tsx';

/** The installed models, and the jobs about them that an operator starts. */
export function Models() {
  const { client } = useSession();
  const { data, isPending, error, refetch } = useQuery({
    queryKey: ['models'],
    queryFn: ({ signal }) => client.admin.models.list({ signal }),
  });
  if (error) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  return (
    <section className="card" aria-label="Models">
      <h2>Models</h2>
      {isPending && <Loading />}
      {data?.models.map((model) => (
        <Model key={model.name} name={model.name} isDefault={model.default} />
      ))}
    </section>
  );
}

function Model({ name, isDefault }: { name: string; isDefault: boolean }) {
  const { client } = useSession();
  const queries = useQueryClient();
  const started = () => void queries.invalidateQueries({ queryKey: ['jobs'] });
  const check = useMutation({
    mutationFn: (mend: boolean) => client.admin.models.check(name, { mend }),
    onSuccess: started,
  });
  return (
    <div className="stack">
      <div className="row">
        <code className="grow">{name}</code>
        {isDefault && <span className="tag">of new tenants</span>}
        <button type="button" disabled={check.isPending} onClick={() => check.mutate(false)}>
          Check the index
        </button>
        <button type="button" disabled={check.isPending} onClick={() => check.mutate(true)}>
          Check and mend
        </button>
        <Confirm
          label="Rebuild…"
          title={`Rebuild the index of ${name}`}
          toType={{ word: name, what: 'name' }}
          confirm="Rebuild"
          run={async () => client.admin.models.rebuild(name)}
          onDone={started}
        >
          <p>
            A new index is filled from the image store while the old one serves, and then takes its place.
          </p>
        </Confirm>
        <Confirm
          label="Migrate…"
          title={`Migrate all tenants to ${name}`}
          toType={{ word: name, what: 'name' }}
          confirm="Migrate"
          run={async () => client.admin.models.migrate(name)}
          onDone={started}
        >
          <p>
            All pictures are embedded by it; then searches that name no model use it. It can be rolled back.
          </p>
        </Confirm>
        <Confirm
          label="Roll back…"
          title={`Roll back the migration to ${name}`}
          toType={{ word: name, what: 'name' }}
          confirm="Roll back"
          run={async () => client.admin.models.rollBack(name)}
          onDone={started}
        >
          <p>Tenants get the model that they had before.</p>
        </Confirm>
      </div>
      {check.error && <ErrorNote error={check.error} />}
    </div>
  );
}
