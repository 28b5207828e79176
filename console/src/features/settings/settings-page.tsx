import type { Settings } from '@deeplens/sdk';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useSession } from '../../app/session.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { percent } from '../../ui/format.ts';

type Rule = Settings['keeper_rule'];
const RULES: Record<Rule, string> = {
  pixels: 'The one with the most pixels',
  bytes: 'The largest file',
  age: 'The oldest',
  metadata: 'The one with the most metadata',
};
const asRule = (text: string): Rule =>
  (['pixels', 'bytes', 'age', 'metadata'] as const).find((rule) => rule === text) ?? 'pixels';

/** Settings of the tenant. */
export function SettingsPage() {
  const { client } = useSession();
  const { data, error, refetch } = useQuery({
    queryKey: ['settings'],
    queryFn: ({ signal }) => client.settings.get({ signal }),
  });
  return (
    <div className="page">
      <h1>Settings</h1>
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {data && <SettingsForm key={JSON.stringify(data)} settings={data} />}
    </div>
  );
}

function SettingsForm({ settings }: { settings: Settings }) {
  const { client } = useSession();
  const queries = useQueryClient();
  const [threshold, setThreshold] = useState(settings.similarity_threshold);
  const [rule, setRule] = useState(settings.keeper_rule);
  const change = useMutation({
    mutationFn: () => client.settings.change({ similarity_threshold: threshold, keeper_rule: rule }),
    onSuccess: (changed) => queries.setQueryData(['settings'], changed),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <form className="card" onSubmit={submit}>
      <label>
        Threshold of searches that give none, {percent(threshold)}
        <br />
        <input
          type="range"
          min={0}
          max={1}
          step={0.01}
          value={threshold}
          onChange={({ target }) => setThreshold(target.valueAsNumber)}
        />
      </label>
      <label>
        Of duplicates, suggest to keep{' '}
        <select value={rule} onChange={({ target }) => setRule(asRule(target.value))}>
          {Object.entries(RULES).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <dl className="facts">
        <dt>Thumbnails</dt>
        <dd>{settings.thumbnail_sizes.map((size) => `${size} px`).join(', ')}</dd>
        <dt>Models</dt>
        <dd>{settings.models.join(', ')}</dd>
      </dl>
      {change.error && <ErrorNote error={change.error} />}
      <div className="row">
        <button type="submit" className="primary" disabled={change.isPending}>
          Save
        </button>
        <span role="status" className="note">
          {change.isSuccess && 'Saved.'}
        </span>
      </div>
    </form>
  );
}
