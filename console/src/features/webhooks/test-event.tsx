import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useSession } from '../../app/session.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Attempt } from './attempt.tsx';
import { EVENT_TYPE_NAMES, type EventType } from './event-types.ts';

/** Sends a sample event, and shows the receiver's answer. */
export function TestEvent({ webhookId }: { webhookId: string }) {
  const { client } = useSession();
  const [type, setType] = useState<EventType>('images.indexed');
  const trial = useMutation({ mutationFn: () => client.webhooks.test(webhookId, { type }) });
  return (
    <section className="card" aria-label="Try it">
      <h2>Try it</h2>
      <div className="row">
        <label>
          A sample of{' '}
          <select
            value={type}
            onChange={({ target }) => setType(EVENT_TYPE_NAMES.find((each) => each === target.value) ?? type)}
          >
            {EVENT_TYPE_NAMES.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
        <button type="button" disabled={trial.isPending} onClick={() => trial.mutate()}>
          {trial.isPending ? 'Sending…' : 'Send it now'}
        </button>
      </div>
      <div aria-live="polite">{trial.data && <Attempt attempt={trial.data} />}</div>
      {trial.error && <ErrorNote error={trial.error} />}
    </section>
  );
}
