import type { Key, NewKey } from '@deeplens/sdk';
import { useState } from 'react';
import { useSession } from '../../app/session.tsx';
import { CreateDialog } from '../../ui/create-dialog.tsx';
import { toggled } from '../../ui/toggled.ts';

type Scope = Key['scopes'][number];

const SCOPES: readonly [Scope, string][] = [
  ['deeplens.search', 'Search, and read images'],
  ['deeplens.upload', 'Bring in, delete, decide about duplicates'],
  ['deeplens.storage', 'Storage locations and scans'],
  ['deeplens.metrics', 'Usage and statistics'],
  ['deeplens.admin', 'Keys, people, webhooks and settings'],
];

const DAY_MS = 86_400_000;
/** Days after which a key ends; 0 for never. */
const LIVES = [0, 30, 90, 365] as const;

/** Asks for the name, scopes and end of a new key, and makes it. */
export function CreateKey({ onMade }: { onMade: (key: NewKey) => void }) {
  const { client } = useSession();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<ReadonlySet<Scope>>(new Set(['deeplens.search']));
  const [life, setLife] = useState(0);
  return (
    <CreateDialog
      title="New key"
      confirm="Make the key"
      isComplete={name.trim() !== '' && scopes.size > 0}
      create={async () =>
        client.keys.create({
          name: name.trim(),
          scopes: [...scopes],
          ...(life > 0 && { expires_at: new Date(Date.now() + life * DAY_MS).toISOString() }),
        })
      }
      onMade={(made) => {
        setName('');
        onMade(made);
      }}
    >
      <label className="stack">
        Name
        <input required maxLength={100} value={name} onChange={({ target }) => setName(target.value)} />
      </label>
      <label className="stack">
        Ends
        <select value={life} onChange={({ target }) => setLife(Number(target.value))}>
          {LIVES.map((days) => (
            <option key={days} value={days}>
              {days === 0 ? 'never' : `in ${days} days`}
            </option>
          ))}
        </select>
      </label>
      <fieldset className="stack" aria-label="Scopes">
        {SCOPES.map(([scope, what]) => (
          <label key={scope}>
            <input
              type="checkbox"
              checked={scopes.has(scope)}
              onChange={() => setScopes(toggled(scopes, scope))}
            />{' '}
            <code>{scope}</code> <span className="note">{what}</span>
          </label>
        ))}
      </fieldset>
    </CreateDialog>
  );
}
