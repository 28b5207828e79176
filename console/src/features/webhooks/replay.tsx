import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useSession } from '../../app/session.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { counted } from '../../ui/format.ts';
import { fromLocalInput, toLocalInput } from '../../ui/local-time.ts';

const DAY_MS = 86_400_000;
const STATES = ['failed', 'skipped', 'delivered'] as const;
type State = (typeof STATES)[number];

/** Delivers the messages of a time once more; first it counts them. */
export function Replay({ webhookId }: { webhookId: string }) {
  const { client } = useSession();
  const queries = useQueryClient();
  const [from, setFrom] = useState(() => toLocalInput(new Date(Date.now() - DAY_MS)));
  const [to, setTo] = useState(() => toLocalInput(new Date(Date.now() + 60_000)));
  const [state, setState] = useState<State>('failed');
  const call = (dry_run: boolean) =>
    client.webhooks.replay(webhookId, {
      from: fromLocalInput(from) ?? '',
      to: fromLocalInput(to) ?? '',
      state,
      dry_run,
    });
  const counting = useMutation({ mutationFn: async () => call(true) });
  const replay = useMutation({
    mutationFn: async () => call(false),
    onSuccess: () => {
      counting.reset();
      return queries.invalidateQueries({ queryKey: ['deliveries', webhookId] });
    },
  });
  const changed = () => {
    counting.reset();
    replay.reset();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    replay.reset();
    counting.mutate();
  };
  const count = counting.data?.count ?? 0;
  return (
    <form className="card" onSubmit={submit} onChange={changed}>
      <h2>Send what was missed</h2>
      <div className="row">
        <label>
          From{' '}
          <input
            type="datetime-local"
            required
            value={from}
            onChange={({ target }) => setFrom(target.value)}
          />
        </label>
        <label>
          to{' '}
          <input type="datetime-local" required value={to} onChange={({ target }) => setTo(target.value)} />
        </label>
        <label>
          those that{' '}
          <select
            value={state}
            onChange={({ target }) => setState(STATES.find((each) => each === target.value) ?? state)}
          >
            <option value="failed">failed</option>
            <option value="skipped">were skipped while it was disabled</option>
            <option value="delivered">were delivered</option>
          </select>
        </label>
        <button type="submit" disabled={counting.isPending}>
          Count them
        </button>
        {count > 0 && (
          <button
            type="button"
            className="primary"
            disabled={replay.isPending}
            onClick={() => replay.mutate()}
          >
            Send {counted(count, 'message')} again
          </button>
        )}
      </div>
      <p role="status" className="note">
        {counting.data?.count === 0 && 'There are none in that time.'}
        {replay.data &&
          (replay.data.job_id
            ? `A job sends them: ${replay.data.job_id}.`
            : `${counted(replay.data.count, 'message')} will be sent again.`)}
      </p>
      {counting.error && <ErrorNote error={counting.error} />}
      {replay.error && <ErrorNote error={replay.error} />}
    </form>
  );
}
