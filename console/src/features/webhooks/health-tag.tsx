import type { Webhook } from '@deeplens/sdk';
import { Moment } from '../../ui/moment.tsx';
import { healthOf } from './health.ts';

/** Shows how deliveries to a webhook go, in words too. */
export function HealthTag({ webhook }: { webhook: Webhook }) {
  const { state, says, at } = healthOf(webhook, Date.now());
  return (
    <>
      <span className={`tag ${state === 'delivers' ? 'indexed' : 'failed'}`}>{state}</span>{' '}
      <span className="note">
        {says} {at && <Moment at={at} />}
      </span>
    </>
  );
}
