import type { HeldMessage, MessageQueue } from '../../../gpu-worker/message-queue.ts';

interface Stored {
  body: string;
  attempts: number;
  visibleAt: number;
  receipt: string;
}

/** A queue in memory with visibility timeouts on `Date.now()`; a poll does not wait, and may be made to fail. */
export function memoryQueue(holdSeconds = 60) {
  const messages = new Map<string, Stored>();
  let receipts = 0;
  let broken = false;
  const held = ({ id, receipt }: HeldMessage): Stored | undefined => {
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
        message.visibleAt = Date.now() + holdSeconds * 1000;
        message.receipt = `r${++receipts}`;
        return { id, receipt: message.receipt, body: message.body, attempts: message.attempts };
      });
    },
    async remove(removed) {
      for (const message of removed) if (held(message)) messages.delete(message.id);
    },
    async hide(hidden, seconds) {
      for (const message of hidden) {
        const stored = held(message);
        if (stored) stored.visibleAt = Date.now() + seconds * 1000;
      }
    },
  };
  return {
    ...queue,
    /** How long each poll was ready to wait, in seconds. */
    polls,
    send: (...bodies: string[]) => {
      for (const body of bodies) {
        messages.set(`m${messages.size + 1}`, { body, attempts: 0, visibleAt: 0, receipt: '' });
      }
    },
    breakDown: (down: boolean) => {
      broken = down;
    },
    /** Bodies that are left, and in how many seconds each can be received. */
    left: () =>
      [...messages.values()].map(({ body, visibleAt }) => ({
        body,
        seconds: Math.max(0, Math.round((visibleAt - Date.now()) / 1000)),
      })),
  };
}
