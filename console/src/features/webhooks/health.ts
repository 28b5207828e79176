import type { Webhook } from '@deeplens/sdk';
import { counted } from '../../ui/format.ts';

/** How deliveries to a webhook go. */
export interface Health {
  state: 'delivers' | 'paused' | 'failing' | 'disabled';
  says: string;
  /** Since when, or until when. */
  at?: string | undefined;
}

const DISABLED: Record<NonNullable<Webhook['disabled_reason']>, string> = {
  failing: 'Nothing was delivered for five days. Mend the receiver, then enable it.',
  gone: 'The receiver answered 410: it wants no more.',
  by_request: 'You disabled it. Events meanwhile are skipped; a replay sends them.',
};

/** Returns how deliveries to a webhook go. @param now in ms */
export function healthOf(webhook: Webhook, now: number): Health {
  const { state, disabled_reason, disabled_at, paused_until, failing_since, failures } = webhook;
  if (state === 'disabled')
    return { state, says: DISABLED[disabled_reason ?? 'by_request'], at: disabled_at };
  if (paused_until !== undefined && Date.parse(paused_until) > now)
    return {
      state: 'paused',
      says: 'The receiver asked for a pause, or failed too often in a row. Waits until',
      at: paused_until,
    };
  if (failures > 0)
    return { state: 'failing', says: `${counted(failures, 'failed attempt')} since`, at: failing_since };
  return { state: 'delivers', says: 'No attempt has failed since the last success.' };
}
