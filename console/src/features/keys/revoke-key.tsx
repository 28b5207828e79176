import type { Key } from '@deeplens/sdk';
import { useSession } from '../../app/session.tsx';
import { Confirm } from '../../ui/confirm.tsx';

/** Revokes a key, once its name was typed: what calls with it fails from then on. */
export function RevokeKey({ target, onRevoked }: { target: Key; onRevoked: () => void }) {
  const { client } = useSession();
  return (
    <Confirm
      label="Revoke…"
      title={`Revoke ${target.name}`}
      toType={{ word: target.name, what: 'name' }}
      confirm="Revoke"
      run={async () => client.keys.revoke(target.key_id)}
      onDone={onRevoked}
    >
      <p>Whatever calls with it is refused within minutes. It cannot be undone.</p>
    </Confirm>
  );
}
