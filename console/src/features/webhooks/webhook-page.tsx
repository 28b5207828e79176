import type { NewWebhook, Webhook } from '@deeplens/sdk';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useSession } from '../../app/session.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Loading } from '../../ui/loading.tsx';
import { Moment } from '../../ui/moment.tsx';
import { ShownOnce } from '../../ui/shown-once.tsx';
import { Deliveries } from './deliveries.tsx';
import { HealthTag } from './health-tag.tsx';
import { webhooksQuery } from './queries.ts';
import { Replay } from './replay.tsx';
import { TestEvent } from './test-event.tsx';

/** A webhook: its health, a test, its deliveries; its secret is rotated and it is disabled here. */
export function WebhookPage() {
  const { client } = useSession();
  const { webhookId } = useParams({ from: '/webhooks/$webhookId' });
  const { data, error, isPending, refetch } = useQuery(webhooksQuery(client));
  const webhook = data?.find(({ webhook_id }) => webhook_id === webhookId);
  return (
    <div className="page">
      <p>
        <Link to="/webhooks">Webhooks</Link>
      </p>
      <h1 className="breaks">{webhook?.url ?? webhookId}</h1>
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {isPending && <Loading />}
      {data && !webhook && <p className="empty">There is no such webhook. It may have been deleted.</p>}
      {webhook && (
        <>
          <Facts webhook={webhook} />
          <TestEvent webhookId={webhookId} />
          <Replay webhookId={webhookId} />
          <Deliveries webhookId={webhookId} />
        </>
      )}
    </div>
  );
}

function Facts({ webhook }: { webhook: Webhook }) {
  const { client } = useSession();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [rotated, setRotated] = useState<NewWebhook>();
  const { webhook_id, state } = webhook;
  const changed = () => queries.invalidateQueries({ queryKey: ['webhooks'] });
  const change = useMutation({
    mutationFn: () =>
      client.webhooks.change(webhook_id, { state: state === 'enabled' ? 'disabled' : 'enabled' }),
    onSettled: changed,
  });
  const rotation = useMutation({
    mutationFn: () => client.webhooks.rotateSecret(webhook_id),
    onSuccess: (reply) => {
      setRotated(reply);
      return changed();
    },
  });
  return (
    <section className="card" aria-label="Webhook">
      <div>
        <HealthTag webhook={webhook} />
      </div>
      <dl className="facts">
        {webhook.description && (
          <>
            <dt>Description</dt>
            <dd>{webhook.description}</dd>
          </>
        )}
        <dt>Events</dt>
        <dd>{webhook.event_types.includes('*') ? 'all' : webhook.event_types.join(', ')}</dd>
        <dt>Signed by</dt>
        <dd>
          {webhook.secrets.map(({ hint, expires_at }) => (
            <div key={hint}>
              <code>…{hint}</code>{' '}
              {expires_at && (
                <span className="note">
                  until <Moment at={expires_at} />
                </span>
              )}
            </div>
          ))}
        </dd>
        <dt>Made</dt>
        <dd>
          <Moment at={webhook.created_at} />
        </dd>
      </dl>
      <div className="row">
        <button type="button" disabled={change.isPending} onClick={() => change.mutate()}>
          {state === 'enabled' ? 'Disable' : 'Enable'}
        </button>
        <button type="button" disabled={rotation.isPending} onClick={() => rotation.mutate()}>
          Rotate the secret
        </button>
        <Confirm
          label="Delete…"
          title="Delete the webhook"
          toType={{ word: new URL(webhook.url).host, what: 'host' }}
          confirm="Delete"
          run={async () => client.webhooks.remove(webhook_id)}
          onDone={() => {
            void changed();
            void navigate({ to: '/webhooks' });
          }}
        >
          <p>Nothing is sent to it from then on, and its secrets are gone.</p>
        </Confirm>
      </div>
      <p className="note">The old secret signs beside the new one for a day.</p>
      {change.error && <ErrorNote error={change.error} />}
      {rotation.error && <ErrorNote error={rotation.error} />}
      {rotated && (
        <ShownOnce
          title={rotated.url}
          what="signing secret"
          secret={rotated.secret}
          howToRotate={rotated.how_to_rotate}
          onClose={() => setRotated(undefined)}
        />
      )}
    </section>
  );
}
