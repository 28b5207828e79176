import './sign-in.css';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { signInAsPerson } from '../auth/resume.ts';
import { ErrorNote } from '../ui/error-note.tsx';
import type { Config, OidcConfig } from './config.ts';
import { clientFor } from './session.tsx';

interface SignInProps {
  config: Config;
  /** Why a sign-in failed. */
  refusal: unknown;
  onSignedIn: (key: string) => void;
}

/** Leads to the issuer; or asks for an API key, and tries it. */
export function SignIn({ config, refusal, onSignedIn }: SignInProps) {
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
      {config.oidc && <PersonSignIn oidc={config.oidc} />}
      {refusal !== undefined && <ErrorNote error={refusal} />}
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
          Kept in this tab only, until it is closed.
        </p>
        <button
          type="submit"
          className={config.oidc ? '' : 'primary'}
          disabled={!key.trim() || trial.isPending}
        >
          {trial.isPending ? 'Signing in…' : 'Sign in'}
        </button>
      </form>
      {trial.error && <ErrorNote error={trial.error} />}
      {config.hint && <p className="note hint">{config.hint}</p>}
    </main>
  );
}

function PersonSignIn({ oidc }: { oidc: OidcConfig }) {
  const leaving = useMutation({ mutationFn: () => signInAsPerson(oidc) });
  return (
    <>
      <p>
        <button
          type="button"
          className="primary"
          disabled={leaving.isPending}
          onClick={() => leaving.mutate()}
        >
          Sign in with your account
        </button>
      </p>
      {leaving.error && <ErrorNote error={leaving.error} />}
      <p className="note">Or with an API key:</p>
    </>
  );
}
