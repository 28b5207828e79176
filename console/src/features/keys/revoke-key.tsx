import type { Key } from '@deeplens/sdk';
import { useSession } from '../../app/session.tsx';
import { ConfirmTyped } from '../../ui/confirm-typed.tsx';

/** Revokes a key, once its name was typed: what calls with it fails from then on. */
export function RevokeKey({ target, onRevoked }: { target: Key; onRevoked: () => void }) {
  const { client } = useSession();
  return (
    <ConfirmTyped
      label="Revoke…"
      title={`Revoke ${target.name}`}
      word={target.name}
      what="name"
      confirm="Revoke"
      run={async () => client.keys.revoke(target.key_id)}
      onDone={onRevoked}
    >
      <p>Whatever calls with it is refused within minutes. It cannot be undone.</p>
    </ConfirmTyped>
  );
}
