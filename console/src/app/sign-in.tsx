import './sign-in.css';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { ErrorNote } from '../ui/error-note.tsx';
import type { Config } from './config.ts';
import { clientFor } from './session.tsx';

/** Asks for an API key, and tries it. */
export function SignIn({ config, onSignedIn }: { config: Config; onSignedIn: (key: string) => void }) {
  const [key, setKey] = useState('');
  const id = useId();
  const trial = useMutation({
    mutationFn: (entered: string) => clientFor(config, entered).me(),
    onSuccess: (_, entered) => onSignedIn(entered),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (key.trim()) trial.mutate(key.trim());
  };
  return (
    <main className="alone sign-in">
      <h1>
        <span className="brand-mark" aria-hidden="true" /> DeepLens
      </h1>
      <form onSubmit={submit}>
        <label htmlFor={id}>API key</label>
        <input
          id={id}
          type="password"
          autoComplete="off"
          spellCheck={false}
          placeholder="dl_live_…"
          value={key}
          onChange={(event) => setKey(event.target.value)}
          aria-describedby={`${id}-note`}
        />
        <p className="note" id={`${id}-note`}>
          Kept in this tab only, until it is closed. {config.hint}
        </p>
        <button type="submit" className="primary" disabled={!key.trim() || trial.isPending}>
          {trial.isPending ? 'Signing in…' : 'Sign in'}
        </button>
      </form>
      {trial.error && <ErrorNote error={trial.error} />}
    </main>
  );
}
