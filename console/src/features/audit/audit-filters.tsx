import { type FormEvent, useState } from 'react';
import type { AuditAddress } from '../../app/audit-address.ts';
import { fromLocalInput, toLocalInput } from '../../ui/local-time.ts';

interface AuditFiltersProps {
  address: AuditAddress;
  /** True if entries of all tenants are there. */
  withTenant: boolean;
  onFind: (address: AuditAddress) => void;
}

/** Asks for the filters of the audit log. */
export function AuditFilters({ address, withTenant, onFind }: AuditFiltersProps) {
  const [typed, setTyped] = useState({
    tenant_id: address.tenant_id ?? '',
    actor: address.actor ?? '',
    action: address.action ?? '',
    from: address.from ? toLocalInput(new Date(address.from)) : '',
    to: address.to ? toLocalInput(new Date(address.to)) : '',
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onFind({
      tenant_id: typed.tenant_id.trim() || undefined,
      actor: typed.actor.trim() || undefined,
      action: typed.action.trim() || undefined,
      from: fromLocalInput(typed.from),
      to: fromLocalInput(typed.to),
    });
  };
  const field = (name: keyof typeof typed, label: string, type = 'text') => (
    <label className="stack">
      {label}
      <input
        type={type}
        value={typed[name]}
        onChange={({ target }) => setTyped({ ...typed, [name]: target.value })}
      />
    </label>
  );
  return (
    <form className="card" onSubmit={submit}>
      <div className="row ends">
        {withTenant && field('tenant_id', 'Tenant')}
        {field('actor', 'Actor')}
        {field('action', 'Operation')}
        {field('from', 'From', 'datetime-local')}
        {field('to', 'To', 'datetime-local')}
        <button type="submit">Find</button>
      </div>
    </form>
  );
}
