import { useQuery } from '@tanstack/react-query';
import { useSession } from '../../app/session.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Wide } from '../../ui/wide.tsx';

const REFRESH_MS = 30_000;

/** Shows the readiness of each dependency, which the service calls to find out. */
export function HealthChecks() {
  const { client } = useSession();
  const { data, error, refetch } = useQuery({
    queryKey: ['health'],
    queryFn: ({ signal }) => client.admin.health({ signal }),
    refetchInterval: REFRESH_MS,
  });
  if (error) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (!data) return null;
  return (
    <Wide label="Health">
      <table>
        <caption>Health</caption>
        <thead>
          <tr>
            <th>Part</th>
            <th>State</th>
            <th>Answered in</th>
            <th>Details</th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(data.checks).map(([name, { status, latency_ms, detail }]) => (
            <tr key={name}>
              <th scope="row">{name.replace('_', ' ')}</th>
              <td>
                <span className={`tag ${status === 'ok' ? 'indexed' : 'failed'}`}>{status}</span>
              </td>
              <td>{Math.round(latency_ms)} ms</td>
              <td>{detail}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}
