import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useSession } from '../../app/session.tsx';
import { Code, readableJson } from '../../ui/code.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Loading } from '../../ui/loading.tsx';
import { Attempt } from './attempt.tsx';

/** A delivery with what was sent and answered; sends it again. */
export function Delivery({ webhookId, deliveryId }: { webhookId: string; deliveryId: string }) {
  const { client } = useSession();
  const queries = useQueryClient();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['delivery', webhookId, deliveryId],
    queryFn: ({ signal }) => client.webhooks.getDelivery(webhookId, deliveryId, { signal }),
  });
  const again = useMutation({
    mutationFn: () => client.webhooks.redeliver(webhookId, deliveryId),
    onSuccess: async () => {
      await refetch();
      await queries.invalidateQueries({ queryKey: ['deliveries', webhookId] });
    },
  });
  if (error) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (isPending) return <Loading />;
  return (
    <div className="stack">
      <div className="row">
        <span className="grow">
          Message <code>{data.message_id}</code>
        </span>
        <CopyButton text={data.message_id} label="Copy id" />
        <button type="button" disabled={again.isPending} onClick={() => again.mutate()}>
          Send again
        </button>
      </div>
      <p role="status" className="note">
        {again.isSuccess && 'It will be sent within seconds.'}
      </p>
      {again.error && <ErrorNote error={again.error} />}
      <h3>Request</h3>
      <Code text={readableJson(data.body)} label="The body that is sent" />
      <h3>Attempts</h3>
      {data.attempts.length === 0 && <p className="note">None yet.</p>}
      {data.attempts.toReversed().map((attempt) => (
        <Attempt key={attempt.at} attempt={attempt} />
      ))}
    </div>
  );
}
