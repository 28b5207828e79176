import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useSession } from '../../app/session.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { count } from '../../ui/format.ts';
import { Loading } from '../../ui/loading.tsx';
import { LIMIT_NAMES, LIMITS, type Overrides, overridesOf, typedLimits } from './limits.ts';

const keyOf = (tenantId: string) => ['limits of', tenantId];

/** The limits of a tenant: those in force, and what replaces the plan's. */
export function Limits({ tenantId }: { tenantId: string }) {
  const { client } = useSession();
  const { data, error, refetch } = useQuery({
    queryKey: keyOf(tenantId),
    queryFn: ({ signal }) => client.admin.tenants.getLimits(tenantId, { signal }),
  });
  if (error) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loading />;
  return <LimitsForm key={JSON.stringify(data)} tenantId={tenantId} {...data} />;
}

interface LimitsFormProps {
  tenantId: string;
  plan: string;
  limits: Required<Omit<Overrides, 'endpoints'>>;
  overrides: Overrides;
}

function LimitsForm({ tenantId, plan, limits, overrides }: LimitsFormProps) {
  const { client } = useSession();
  const queries = useQueryClient();
  const [typed, setTyped] = useState(() => typedLimits(overrides));
  const change = useMutation({
    mutationFn: (body: Overrides) => client.admin.tenants.putLimits(tenantId, body),
    onSuccess: (changed) => queries.setQueryData(keyOf(tenantId), changed),
  });
  const next = overridesOf(typed, overrides);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (typeof next !== 'string') change.mutate(next);
  };
  const endpoints = Object.entries(overrides.endpoints ?? {});
  return (
    <form className="card" onSubmit={submit} aria-label="Limits">
      <h2>Limits</h2>
      <p className="note">An empty field is what the plan {plan} says. They hold from the next call on.</p>
      <div className="meters">
        {LIMIT_NAMES.map((name) => (
          <label key={name} className="stack">
            <span>
              {LIMITS[name]} <span className="note">now {count(limits[name])}</span>
            </span>
            <input
              inputMode="numeric"
              aria-invalid={next === name}
              placeholder="the plan’s"
              value={typed[name]}
              onChange={({ target }) => setTyped({ ...typed, [name]: target.value })}
            />
          </label>
        ))}
      </div>
      {endpoints.map(([endpoint, most]) => (
        <p key={endpoint} className="note">
          <code>{endpoint}</code> {count(most)} a minute
        </p>
      ))}
      {change.error && <ErrorNote error={change.error} />}
      <div className="row">
        <button type="submit" className="primary" disabled={typeof next === 'string' || change.isPending}>
          Save the limits
        </button>
        <span role="status" className="note">
          {typeof next === 'string' && `“${LIMITS[next]}” must be a whole number.`}
          {change.isSuccess && 'Saved.'}
        </span>
      </div>
    </form>
  );
}
