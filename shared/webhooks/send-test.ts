import { randomUUID } from 'node:crypto';
import type { TenantId } from '#shared/kernel/ids.ts';
import type { WebhookEventType } from '#shared/kernel/vocabulary.ts';
import { type AttemptPorts, callReceiver, secretsOf } from './attempt-delivery.ts';
import type { Attempt } from './delivery.ts';
import type { Endpoint } from './endpoint.ts';
import { newMessage } from './message-of.ts';
import { signedHeaders } from './sign-message.ts';

/** Sends a sample of a type now, signed as a real message, whatever the state of the endpoint. */
export const sendTest =
  (ports: Pick<AttemptPorts, 'secrets' | 'web' | 'now'>) =>
  async (
    tenant: TenantId,
    endpoint: Endpoint,
    type: WebhookEventType,
  ): Promise<Attempt & { message_id: string }> => {
    const { now = () => new Date() } = ports;
    const begun = now();
    const message = newMessage(`${tenant} test ${randomUUID()}`, type, begun.toISOString(), {
      test: true,
      webhook_id: endpoint.webhook_id,
    });
    const headers = signedHeaders(message, await secretsOf(ports, endpoint, begun), begun);
    const { attempt } = await callReceiver(ports, endpoint, message, headers);
    return {
      message_id: message.id,
      at: begun.toISOString(),
      ms: now().getTime() - begun.getTime(),
      headers,
      ...attempt,
    };
  };
