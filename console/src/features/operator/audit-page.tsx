import { useNavigate, useSearch } from '@tanstack/react-router';
import { useSession } from '../../app/session.tsx';
import { AuditLog } from '../audit/audit-log.tsx';

/** The entries of all tenants. */
export function AuditPage() {
  const { client } = useSession();
  const navigate = useNavigate();
  return (
    <AuditLog
      of="operator"
      address={useSearch({ from: '/operator/audit' })}
      onFind={(search) => void navigate({ to: '/operator/audit', search })}
      list={(query, options) => client.admin.listAudit(query, options)}
    />
  );
}
