import type { NewTenant } from '@deeplens/sdk';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useRef, useState } from 'react';
import { useSession } from '../../app/session.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { asPlan, PLANS, type Plan } from './plans.ts';

/** Asks for a new tenant's id, name and plan, and makes it with its first key. */
export function CreateTenant({ onMade }: { onMade: (tenant: NewTenant) => void }) {
  const { client } = useSession();
  const dialog = useRef<HTMLDialogElement>(null);
  const [tenantId, setTenantId] = useState('');
  const [name, setName] = useState('');
  const [plan, setPlan] = useState<Plan>('free');
  const creation = useMutation({
    mutationFn: () => client.admin.tenants.create({ tenant_id: tenantId.trim(), name: name.trim(), plan }),
    onSuccess: (tenant) => {
      dialog.current?.close();
      setTenantId('');
      setName('');
      onMade(tenant);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    creation.mutate();
  };
  return (
    <>
      <button type="button" className="primary" onClick={() => dialog.current?.showModal()}>
        New tenant…
      </button>
      <dialog ref={dialog} aria-label="New tenant">
        <form className="stack" onSubmit={submit}>
          <h2>New tenant</h2>
          <label className="stack">
            Id, which stays
            <input required value={tenantId} onChange={({ target }) => setTenantId(target.value)} />
          </label>
          <label className="stack">
            Name
            <input required maxLength={200} value={name} onChange={({ target }) => setName(target.value)} />
          </label>
          <label className="stack">
            Plan
            <select value={plan} onChange={({ target }) => setPlan(asPlan(target.value))}>
              {PLANS.map((each) => (
                <option key={each}>{each}</option>
              ))}
            </select>
          </label>
          {creation.error && <ErrorNote error={creation.error} />}
          <div className="row">
            <button
              type="submit"
              className="primary"
              disabled={!tenantId.trim() || !name.trim() || creation.isPending}
            >
              Make the tenant
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
