import { useNavigate, useSearch } from '@tanstack/react-router';
import { useSession } from '../../app/session.tsx';
import { AuditLog } from './audit-log.tsx';

/** The tenant's own entries, for its Admins. */
export function AuditPage() {
  const { client } = useSession();
  const navigate = useNavigate();
  return (
    <AuditLog
      of="tenant"
      address={useSearch({ from: '/audit' })}
      onFind={(search) => void navigate({ to: '/audit', search })}
      list={(query, options) => client.audit.list(query, options)}
    />
  );
}
