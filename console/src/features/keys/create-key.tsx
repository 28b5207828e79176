import type { Key, NewKey } from '@deeplens/sdk';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useRef, useState } from 'react';
import { useSession } from '../../app/session.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';

type Scope = Key['scopes'][number];

const SCOPES: readonly [Scope, string][] = [
  ['deeplens.search', 'Search, and read images'],
  ['deeplens.upload', 'Bring in, delete, decide about duplicates'],
  ['deeplens.storage', 'Storage locations and scans'],
  ['deeplens.metrics', 'Usage and statistics'],
  ['deeplens.admin', 'Keys, people, webhooks and settings'],
];

/** Asks for the name and scopes of a new key, and makes it. */
export function CreateKey({ onMade }: { onMade: (key: NewKey) => void }) {
  const { client } = useSession();
  const dialog = useRef<HTMLDialogElement>(null);
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<ReadonlySet<Scope>>(new Set(['deeplens.search']));
  const creation = useMutation({
    mutationFn: () => client.keys.create({ name: name.trim(), scopes: [...scopes] }),
    onSuccess: (key) => {
      dialog.current?.close();
      setName('');
      onMade(key);
    },
  });
  const toggle = (scope: Scope) => {
    const next = new Set(scopes);
    if (!next.delete(scope)) next.add(scope);
    setScopes(next);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    creation.mutate();
  };
  return (
    <>
      <button type="button" className="primary" onClick={() => dialog.current?.showModal()}>
        New key…
      </button>
      <dialog ref={dialog} aria-label="New key">
        <form className="stack" onSubmit={submit}>
          <h2>New key</h2>
          <label className="stack">
            Name
            <input required maxLength={100} value={name} onChange={({ target }) => setName(target.value)} />
          </label>
          <fieldset className="stack" aria-label="Scopes">
            {SCOPES.map(([scope, what]) => (
              <label key={scope}>
                <input type="checkbox" checked={scopes.has(scope)} onChange={() => toggle(scope)} />{' '}
                <code>{scope}</code> <span className="note">{what}</span>
              </label>
            ))}
          </fieldset>
          {creation.error && <ErrorNote error={creation.error} />}
          <div className="row">
            <button
              type="submit"
              className="primary"
              disabled={!name.trim() || scopes.size === 0 || creation.isPending}
            >
              Make the key
            </button>
            <button type="button" onClick={() => dialog.current?.close()}>
              Cancel
            </button>
          </div>
        </form>
      </dialog>
    </>
  );
}
