import type { MessageQueue, ReceivedMessage } from '../../../gpu-worker/message-queue.ts';

interface Stored {
  body: string;
  attempts: number;
  visibleAt: number;
  receipt: string;
}

/** An in-memory queue with visibility timeouts by `Date.now()`. Polls return at once and can be made to fail. */
export function memoryQueue(visibilityTimeout = 60) {
  const messages = new Map<string, Stored>();
  let receipts = 0;
  let broken = false;
  const storedMessage = ({ id, receipt }: ReceivedMessage): Stored | undefined => {
    const message = messages.get(id);
    return message?.receipt === receipt ? message : undefined;
  };
  const polls: number[] = [];
  const queue: MessageQueue = {
    async receive(max, waitSeconds) {
      if (broken) throw new Error('queue down');
      polls.push(waitSeconds);
      const visible = [...messages].filter(([, { visibleAt }]) => visibleAt <= Date.now()).slice(0, max);
      return visible.map(([id, message]) => {
        message.attempts += 1;
        message.visibleAt = Date.now() + visibilityTimeout * 1000;
        message.receipt = `r${++receipts}`;
        return { id, receipt: message.receipt, body: message.body, attempts: message.attempts };
      });
    },
    async remove(removed) {
      for (const message of removed) if (storedMessage(message)) messages.delete(message.id);
    },
    async changeVisibility(changed, seconds) {
      for (const message of changed) {
        const stored = storedMessage(message);
        if (stored) stored.visibleAt = Date.now() + seconds * 1000;
      }
    },
  };
  return {
    ...queue,
    /** `waitSeconds` of each poll. */
    polls,
    send: (...bodies: string[]) => {
      for (const body of bodies) {
        messages.set(`m${messages.size + 1}`, { body, attempts: 0, visibleAt: 0, receipt: '' });
      }
    },
    breakDown: (down: boolean) => {
      broken = down;
    },
    /** Messages not removed, and the seconds until each is visible. */
    remaining: () =>
      [...messages.values()].map(({ body, visibleAt }) => ({
        body,
        seconds: Math.max(0, Math.round((visibleAt - Date.now()) / 1000)),
      })),
  };
}
