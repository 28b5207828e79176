import type { NewWebhook } from '@deeplens/sdk';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useRef, useState } from 'react';
import { useSession } from '../../app/session.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { EVENT_TYPE_NAMES, EVENT_TYPES, type EventType } from './event-types.ts';

/** Asks where events are to be sent, and which. */
export function CreateWebhook({ onMade }: { onMade: (webhook: NewWebhook) => void }) {
  const { client } = useSession();
  const dialog = useRef<HTMLDialogElement>(null);
  const [url, setUrl] = useState('');
  const [description, setDescription] = useState('');
  const [chosen, setChosen] = useState<ReadonlySet<EventType>>(new Set());
  const [all, setAll] = useState(true);
  const creation = useMutation({
    mutationFn: () =>
      client.webhooks.create({
        url: url.trim(),
        event_types: all ? ['*'] : [...chosen],
        ...(description.trim() && { description: description.trim() }),
      }),
    onSuccess: (webhook) => {
      dialog.current?.close();
      setUrl('');
      setDescription('');
      onMade(webhook);
    },
  });
  const toggle = (type: EventType) => {
    const next = new Set(chosen);
    if (!next.delete(type)) next.add(type);
    setChosen(next);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    creation.mutate();
  };
  return (
    <>
      <button type="button" className="primary" onClick={() => dialog.current?.showModal()}>
        New webhook…
      </button>
      <dialog ref={dialog} aria-label="New webhook">
        <form className="stack" onSubmit={submit}>
          <h2>New webhook</h2>
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
            <input
              maxLength={256}
              value={description}
              onChange={({ target }) => setDescription(target.value)}
            />
          </label>
          <fieldset className="stack" aria-label="Events">
            <label>
              <input type="checkbox" checked={all} onChange={({ target }) => setAll(target.checked)} /> All
              events, those that are added later too
            </label>
            {!all &&
              EVENT_TYPE_NAMES.map((type) => (
                <label key={type}>
                  <input type="checkbox" checked={chosen.has(type)} onChange={() => toggle(type)} />{' '}
                  <code>{type}</code> <span className="note">{EVENT_TYPES[type]}</span>
                </label>
              ))}
          </fieldset>
          {creation.error && <ErrorNote error={creation.error} />}
          <div className="row">
            <button
              type="submit"
              className="primary"
              disabled={!url.trim() || (!all && chosen.size === 0) || creation.isPending}
            >
              Make the webhook
            </button>
            <button type="button" onClick={() => dialog.current?.close()}>
              Cancel
            </button>
          </div>
        </form>
      </dialog>
    </>
  );
}
