import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useSession } from '../../app/session.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { AccessFields, PlaceFields } from './location-fields.tsx';
import { EMPTY, locationOf, PROVIDER_NAMES, PROVIDERS, type Provider } from './new-location.ts';
import { Preparation } from './preparation.tsx';

/** Leads through adding a location: which provider, where, what to make there, and by what it is opened. */
export function AddLocation({ onDone }: { onDone: () => void }) {
  const { client } = useSession();
  const queries = useQueryClient();
  const [provider, setProvider] = useState<Provider>();
  const [typed, setTyped] = useState(EMPTY);
  const issuing = useMutation({ mutationFn: () => client.storages.issueExternalId() });
  const addition = useMutation({
    mutationFn: async (to: Provider) => client.storages.add(locationOf(to, typed, issuing.data?.external_id)),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['storages'] });
      onDone();
    },
  });
  const choose = (next: Provider) => {
    setProvider(next);
    addition.reset();
    if (next === 's3' && !issuing.data) issuing.mutate(); // before the role can be made
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (provider) addition.mutate(provider);
  };
  const isReady = provider !== undefined && (provider !== 's3' || issuing.isSuccess);
  return (
    <form className="card" onSubmit={submit} aria-label="New location">
      <h2>1. Where do the pictures lie?</h2>
      <fieldset className="row" aria-label="Provider">
        {PROVIDER_NAMES.map((each) => (
          <button key={each} type="button" aria-pressed={provider === each} onClick={() => choose(each)}>
            {PROVIDERS[each]}
          </button>
        ))}
      </fieldset>
      {issuing.error && <ErrorNote error={issuing.error} onRetry={() => issuing.mutate()} />}
      {provider && isReady && (
        <>
          <PlaceFields provider={provider} typed={typed} onTyped={setTyped} />
          <h2>2. Let us read them, and nothing else</h2>
          <Preparation provider={provider} typed={typed} issued={issuing.data} />
          <h2>3. Open it</h2>
          <AccessFields provider={provider} typed={typed} onTyped={setTyped} />
          <p className="note">
            It is listed and read once now. It is added if that works, and nothing is ever written to it.
          </p>
        </>
      )}
      {addition.error && <ErrorNote error={addition.error} />}
      <div className="row">
        <button type="submit" className="primary" disabled={!isReady || addition.isPending}>
          {addition.isPending ? 'Trying it…' : 'Try it, and add it'}
        </button>
        <button type="button" onClick={onDone}>
          Cancel
        </button>
      </div>
    </form>
  );
}
