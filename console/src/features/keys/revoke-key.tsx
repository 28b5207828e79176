import type { Key } from '@deeplens/sdk';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useRef, useState } from 'react';
import { useSession } from '../../app/session.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';

/** Revokes a key, once its name was typed: what calls with it fails from then on. */
export function RevokeKey({ target, onRevoked }: { target: Key; onRevoked: () => void }) {
  const { client } = useSession();
  const dialog = useRef<HTMLDialogElement>(null);
  const [typed, setTyped] = useState('');
  const revocation = useMutation({
    mutationFn: () => client.keys.revoke(target.key_id),
    onSuccess: () => {
      dialog.current?.close();
      onRevoked();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    revocation.mutate();
  };
  return (
    <>
      <button type="button" className="danger" onClick={() => dialog.current?.showModal()}>
        Revoke…
      </button>
      <dialog ref={dialog} aria-label={`Revoke ${target.name}`}>
        <form className="stack" onSubmit={submit}>
          <h2>Revoke {target.name}?</h2>
          <p>Whatever calls with it is refused within minutes. It cannot be undone.</p>
          <label className="stack">
            Type its name
            <input value={typed} onChange={(event) => setTyped(event.target.value)} />
          </label>
          {revocation.error && <ErrorNote error={revocation.error} />}
          <div className="row">
            <button type="submit" className="danger" disabled={typed !== target.name || revocation.isPending}>
              Revoke
            </button>
            <button type="button" onClick={() => dialog.current?.close()}>
              Keep it
            </button>
          </div>
        </form>
      </dialog>
    </>
  );
}
