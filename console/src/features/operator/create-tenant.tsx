import type { NewTenant } from '@deeplens/sdk';
import { useState } from 'react';
import { useSession } from '../../app/session.tsx';
import { CreateDialog } from '../../ui/create-dialog.tsx';
import { asPlan, PLANS, type Plan } from './plans.ts';

/** Asks for a new tenant's id, name and plan, and makes it with its first key. */
export function CreateTenant({ onMade }: { onMade: (tenant: NewTenant) => void }) {
  const { client } = useSession();
  const [tenantId, setTenantId] = useState('');
  const [name, setName] = useState('');
  const [plan, setPlan] = useState<Plan>('free');
  return (
    <CreateDialog
      title="New tenant"
      confirm="Make the tenant"
      isComplete={tenantId.trim() !== '' && name.trim() !== ''}
      create={async () =>
        client.admin.tenants.create({ tenant_id: tenantId.trim(), name: name.trim(), plan })
      }
      onMade={(made) => {
        setTenantId('');
        setName('');
        onMade(made);
      }}
    >
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
    </CreateDialog>
  );
}
