import '../tables.css';
import type { User } from '@deeplens/sdk';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useSession } from '../../app/session.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Moment } from '../../ui/moment.tsx';

type Role = User['role'];
const ROLES: readonly Role[] = ['Viewer', 'Uploader', 'Admin'];
/** A tenant has at most so many. */
const MOST = 1_000;
const asRole = (text: string): Role => ROLES.find((role) => role === text) ?? 'Viewer';

/** The people of the tenant: invited, given roles, disabled. */
export function PeoplePage() {
  const { client } = useSession();
  const queries = useQueryClient();
  const list = useQuery({
    queryKey: ['people'],
    queryFn: ({ signal }) => client.users.list({}, { signal }).toArray({ limit: MOST }),
  });
  const changed = () => queries.invalidateQueries({ queryKey: ['people'] });
  const change = useMutation({
    mutationFn: ({ of, to }: { of: User; to: { role?: Role; disabled?: boolean } }) =>
      client.users.change(of.user_id, to),
    onSettled: changed,
  });
  return (
    <div className="page">
      <div className="page-head">
        <h1>People</h1>
      </div>
      <Invite onInvited={() => void changed()} />
      {list.error && <ErrorNote error={list.error} onRetry={() => void list.refetch()} />}
      {change.error && <ErrorNote error={change.error} />}
      {list.isPending && (
        <p role="status" className="note">
          Loading…
        </p>
      )}
      {list.data?.length === 0 && (
        <p className="empty">Nobody yet: until someone is invited, API keys alone lead here.</p>
      )}
      {list.data && list.data.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <section className="card wide scrolls" tabIndex={0} aria-label="People">
          <table>
            <thead>
              <tr>
                <th>Person</th>
                <th>Role</th>
                <th>State</th>
                <th>Since</th>
                <th>Access</th>
              </tr>
            </thead>
            <tbody>
              {list.data.map((user) => (
                <tr key={user.user_id}>
                  <td>
                    {user.name} <span className="note">{user.email}</span>
                  </td>
                  <td>
                    <select
                      aria-label={`Role of ${user.email}`}
                      value={user.role}
                      disabled={change.isPending}
                      onChange={({ target }) =>
                        change.mutate({ of: user, to: { role: asRole(target.value) } })
                      }
                    >
                      {ROLES.map((role) => (
                        <option key={role}>{role}</option>
                      ))}
                    </select>
                  </td>
                  <td>
                    <span className={`tag ${user.state === 'active' ? 'indexed' : ''}`}>{user.state}</span>
                  </td>
                  <td>
                    <Moment at={user.created_at} />
                  </td>
                  <td>
                    <button
                      type="button"
                      disabled={change.isPending}
                      onClick={() => change.mutate({ of: user, to: { disabled: user.state !== 'disabled' } })}
                    >
                      {user.state === 'disabled' ? 'Give back' : 'End'}
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </div>
  );
}

function Invite({ onInvited }: { onInvited: () => void }) {
  const { client } = useSession();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('Viewer');
  const invitation = useMutation({
    mutationFn: () => client.users.invite({ email: email.trim(), role }),
    onSuccess: () => {
      setEmail('');
      onInvited();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    invitation.mutate();
  };
  return (
    <form className="card" onSubmit={submit}>
      <div className="row">
        <input
          type="email"
          required
          aria-label="E-mail"
          placeholder="E-mail"
          value={email}
          onChange={({ target }) => setEmail(target.value)}
        />
        <select aria-label="Role" value={role} onChange={({ target }) => setRole(asRole(target.value))}>
          {ROLES.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
        <button type="submit" className="primary" disabled={invitation.isPending || !email}>
          Invite
        </button>
        <span role="status" className="note">
          {invitation.data && `${invitation.data.email} gets a password by mail, valid for three days.`}
        </span>
      </div>
      {invitation.error && <ErrorNote error={invitation.error} />}
    </form>
  );
}
