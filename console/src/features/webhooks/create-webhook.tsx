import type { NewWebhook } from '@deeplens/sdk';
import { useState } from 'react';
import { useSession } from '../../app/session.tsx';
import { CreateDialog } from '../../ui/create-dialog.tsx';
import { toggled } from '../../ui/toggled.ts';
import { EVENT_TYPE_NAMES, EVENT_TYPES, type EventType } from './event-types.ts';

/** Asks where events are to be sent, and which. */
export function CreateWebhook({ onMade }: { onMade: (webhook: NewWebhook) => void }) {
  const { client } = useSession();
  const [url, setUrl] = useState('');
  const [description, setDescription] = useState('');
  const [chosen, setChosen] = useState<ReadonlySet<EventType>>(new Set());
  const [all, setAll] = useState(true);
  return (
    <CreateDialog
      title="New webhook"
      confirm="Make the webhook"
      isComplete={url.trim() !== '' && (all || chosen.size > 0)}
      create={async () =>
        client.webhooks.create({
          url: url.trim(),
          event_types: all ? ['*'] : [...chosen],
          ...(description.trim() && { description: description.trim() }),
        })
      }
      onMade={(made) => {
        setUrl('');
        setDescription('');
        onMade(made);
      }}
    >
      <label className="stack">
        URL of the receiver
        <input
          type="url"
          required
          maxLength={2048}
          placeholder="https://hooks.example.com/deeplens"
          value={url}
          onChange={({ target }) => setUrl(target.value)}
        />
      </label>
      <label className="stack">
        Description
        <input maxLength={256} value={description} onChange={({ target }) => setDescription(target.value)} />
      </label>
      <fieldset className="stack" aria-label="Events">
        <label>
          <input type="checkbox" checked={all} onChange={({ target }) => setAll(target.checked)} /> All
          events, those that are added later too
        </label>
        {!all &&
          EVENT_TYPE_NAMES.map((type) => (
            <label key={type}>
              <input
                type="checkbox"
                checked={chosen.has(type)}
                onChange={() => setChosen(toggled(chosen, type))}
              />{' '}
              <code>{type}</code> <span className="note">{EVENT_TYPES[type]}</span>
            </label>
          ))}
      </fieldset>
    </CreateDialog>
  );
}
