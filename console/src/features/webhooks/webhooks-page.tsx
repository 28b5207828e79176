import type { NewWebhook } from '@deeplens/sdk';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useSession } from '../../app/session.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Loading } from '../../ui/loading.tsx';
import { ShownOnce } from '../../ui/shown-once.tsx';
import { Wide } from '../../ui/wide.tsx';
import { CreateWebhook } from './create-webhook.tsx';
import { HealthTag } from './health-tag.tsx';
import { webhooksQuery } from './queries.ts';

/** Where the tenant has events sent, and how that goes. */
export function WebhooksPage() {
  const { client } = useSession();
  const queries = useQueryClient();
  const [made, setMade] = useState<NewWebhook>();
  const list = useQuery(webhooksQuery(client));
  return (
    <div className="page">
      <div className="page-head">
        <h1>Webhooks</h1>
        <CreateWebhook
          onMade={(webhook) => {
            setMade(webhook);
            void queries.invalidateQueries({ queryKey: ['webhooks'] });
          }}
        />
      </div>
      {list.error && <ErrorNote error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Loading />}
      {list.data?.length === 0 && (
        <div className="empty">
          <strong>No program of yours is told of events yet.</strong>
          <p>
            A webhook is an https address of yours. What happens to your pictures is posted there within
            seconds, signed, and up to ten times over three days if it fails.
          </p>
        </div>
      )}
      {list.data && list.data.length > 0 && (
        <Wide label="Webhooks">
          <table>
            <thead>
              <tr>
                <th>Receiver</th>
                <th>Events</th>
                <th>Health</th>
              </tr>
            </thead>
            <tbody>
              {list.data.map((webhook) => (
                <tr key={webhook.webhook_id}>
                  <td>
                    <Link to="/webhooks/$webhookId" params={{ webhookId: webhook.webhook_id }}>
                      {webhook.url}
                    </Link>
                    {webhook.description && <div className="note">{webhook.description}</div>}
                  </td>
                  <td>{webhook.event_types.includes('*') ? 'all' : webhook.event_types.join(', ')}</td>
                  <td>
                    <HealthTag webhook={webhook} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      )}
      {made && (
        <ShownOnce
          title={made.url}
          what="signing secret"
          secret={made.secret}
          howToRotate={made.how_to_rotate}
          onClose={() => setMade(undefined)}
        />
      )}
    </div>
  );
}
