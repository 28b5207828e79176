import type { WebhookDelivery } from '@deeplens/sdk';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { DELIVERY_STATES } from '../../app/delivery-states.ts';
import { useSession } from '../../app/session.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { counted } from '../../ui/format.ts';
import { Loading } from '../../ui/loading.tsx';
import { Moment } from '../../ui/moment.tsx';
import { More } from '../../ui/more.tsx';
import { usePages } from '../../ui/use-pages.ts';
import { Delivery } from './delivery.tsx';

const REFRESH_MS = 10_000;

/** The deliveries of the last 30 days, newest first; the one in the address is open. */
export function Deliveries({ webhookId }: { webhookId: string }) {
  const { client } = useSession();
  const navigate = useNavigate();
  const { state } = useSearch({ from: '/webhooks/$webhookId' });
  const list = usePages(
    ['deliveries', webhookId, state],
    (signal) => client.webhooks.listDeliveries(webhookId, { ...(state && { state }), limit: 50 }, { signal }),
    { refetchInterval: REFRESH_MS },
  );
  return (
    <section className="stack" aria-label="Deliveries">
      <div className="row">
        <h2 className="grow">Deliveries</h2>
        <label>
          State{' '}
          <select
            value={state ?? ''}
            onChange={({ target }) =>
              void navigate({
                to: '/webhooks/$webhookId',
                params: { webhookId },
                search: { state: DELIVERY_STATES.find((each) => each === target.value) },
                replace: true,
              })
            }
          >
            <option value="">All</option>
            {DELIVERY_STATES.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
      </div>
      {list.error && <ErrorNote error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Loading />}
      {list.isSuccess && list.items.length === 0 && (
        <div className="empty">
          <strong>{state ? `Nothing is ${state}.` : 'Nothing was sent yet.'}</strong>
          {!state && <p>A delivery is here for 30 days, with what was sent and what was answered.</p>}
        </div>
      )}
      {list.items.map((delivery) => (
        <Row key={delivery.delivery_id} delivery={delivery} />
      ))}
      <More {...list} />
    </section>
  );
}

function Row({ delivery }: { delivery: WebhookDelivery }) {
  const { delivery_id, webhook_id, type, state, attempts, created_at, next_attempt_at } = delivery;
  const navigate = useNavigate();
  const { delivery: open, ...others } = useSearch({ from: '/webhooks/$webhookId' });
  const isOpen = open === delivery_id;
  const toggle = () =>
    void navigate({
      to: '/webhooks/$webhookId',
      params: { webhookId: webhook_id },
      search: { ...others, delivery: isOpen ? undefined : delivery_id },
      replace: true,
    });
  return (
    <div className="card">
      <div className="row">
        <span className={`tag ${state === 'delivered' ? 'indexed' : state}`}>{state}</span>
        <code>{type}</code>
        <span className="note grow">
          <Moment at={created_at} /> · {counted(attempts, 'attempt')}
          {next_attempt_at && (
            <>
              , next <Moment at={next_attempt_at} />
            </>
          )}
        </span>
        <button type="button" aria-expanded={isOpen} onClick={toggle}>
          {isOpen ? 'Close' : 'Look'}
        </button>
      </div>
      {isOpen && <Delivery webhookId={webhook_id} deliveryId={delivery_id} />}
    </div>
  );
}
