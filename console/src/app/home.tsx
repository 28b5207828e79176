import { Navigate } from '@tanstack/react-router';
import { Loading } from '../ui/loading.tsx';
import { useMe, useNavigation } from './session.tsx';

/** Leads to the first page that the credential can use. */
export function Home() {
  const me = useMe();
  const [first] = useNavigation();
  if (first) return <Navigate to={first.to} replace />;
  return me.isPending ? <Loading /> : <p className="empty">This key has no scope: it allows no page.</p>;
}
