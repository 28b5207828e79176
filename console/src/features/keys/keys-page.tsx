import '../tables.css';
import type { Key, NewKey } from '@deeplens/sdk';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useMe, useSession } from '../../app/session.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Moment } from '../../ui/moment.tsx';
import { ShownOnce } from '../../ui/shown-once.tsx';
import { CreateKey } from './create-key.tsx';
import { RevokeKey } from './revoke-key.tsx';

/** Hours for which the old key works beside the new one. */
const OVERLAP_HOURS = 24;

/** The keys of the tenant: made, replaced and revoked. */
export function KeysPage() {
  const { client } = useSession();
  const queries = useQueryClient();
  const ownId = useMe().data?.subject.id;
  const [made, setMade] = useState<NewKey>();
  const list = useQuery({ queryKey: ['keys'], queryFn: ({ signal }) => client.keys.list({ signal }) });
  const changed = () => queries.invalidateQueries({ queryKey: ['keys'] });
  const rotate = useMutation({
    mutationFn: ({ key_id }: Key) => client.keys.rotate(key_id, { overlap_seconds: OVERLAP_HOURS * 3600 }),
    onSuccess: (key) => {
      setMade(key);
      return changed();
    },
  });
  const keys = list.data?.keys.toSorted((one, other) => other.created_at.localeCompare(one.created_at)) ?? [];
  return (
    <div className="page">
      <div className="page-head">
        <h1>API keys</h1>
        <CreateKey
          onMade={(key) => {
            setMade(key);
            void changed();
          }}
        />
      </div>
      {list.error && <ErrorNote error={list.error} onRetry={() => void list.refetch()} />}
      {rotate.error && <ErrorNote error={rotate.error} />}
      {list.isPending && (
        <p role="status" className="note">
          Loading…
        </p>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className="card wide scrolls" tabIndex={0} aria-label="Keys">
        <table>
          <thead>
            <tr>
              <th>Name</th>
              <th>Begins with</th>
              <th>Scopes</th>
              <th>Last used</th>
              <th>Expires</th>
              <th>State</th>
              <th>Change</th>
            </tr>
          </thead>
          <tbody>
            {keys.map((key) => (
              <tr key={key.key_id}>
                <td>
                  {key.name} {key.key_id === ownId && <span className="tag">this one</span>}
                </td>
                <td>
                  <code>{prefixOf(key)}</code>
                </td>
                <td>{key.scopes.map((scope) => scope.replace('deeplens.', '')).join(', ') || 'none'}</td>
                <td>{key.last_used_at ? <Moment at={key.last_used_at} /> : 'never'}</td>
                <td>{key.expires_at ? <Moment at={key.expires_at} /> : 'never'}</td>
                <td>
                  <span className={`tag ${key.state === 'active' ? 'indexed' : ''}`}>{key.state}</span>
                </td>
                <td>
                  {key.state === 'active' && (
                    <span className="row">
                      <button
                        type="button"
                        disabled={rotate.isPending || key.replaced_by !== undefined}
                        onClick={() => rotate.mutate(key)}
                      >
                        Rotate
                      </button>
                      <RevokeKey target={key} onRevoked={() => void changed()} />
                    </span>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p className="note">
        Rotating makes a new key with the same scopes; the old one works for {OVERLAP_HOURS} hours more.
      </p>
      {made && (
        <ShownOnce
          title={made.name}
          what="key"
          secret={made.api_key}
          howToRotate={made.how_to_rotate}
          onClose={() => setMade(undefined)}
        />
      )}
    </div>
  );
}

const prefixOf = ({ kind, key_id }: Key): string =>
  `dl_${kind === 'live' ? 'live' : 'pub'}_${key_id.replace(/^key_/, '')}`;
