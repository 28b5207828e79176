import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import type { AuditAddress } from '../../app/audit-address.ts';
import { fromLocalInput, toLocalInput } from '../../ui/local-time.ts';

/** Asks for the filters of the audit log, and writes them to the address. */
export function AuditFilters({ address }: { address: AuditAddress }) {
  const navigate = useNavigate();
  const [typed, setTyped] = useState({
    tenant_id: address.tenant_id ?? '',
    actor: address.actor ?? '',
    action: address.action ?? '',
    from: address.from ? toLocalInput(new Date(address.from)) : '',
    to: address.to ? toLocalInput(new Date(address.to)) : '',
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void navigate({
      to: '/operator/audit',
      search: {
        tenant_id: typed.tenant_id.trim() || undefined,
        actor: typed.actor.trim() || undefined,
        action: typed.action.trim() || undefined,
        from: fromLocalInput(typed.from),
        to: fromLocalInput(typed.to),
      },
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
        {field('tenant_id', 'Tenant')}
        {field('actor', 'Actor')}
        {field('action', 'Operation')}
        {field('from', 'From', 'datetime-local')}
        {field('to', 'To', 'datetime-local')}
        <button type="submit">Find</button>
      </div>
    </form>
  );
}
