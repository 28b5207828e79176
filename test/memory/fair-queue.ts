/** A queue in memory with a bounded number of consumers, as Lambda has for a fair queue of SQS. */
interface FairQueue<Message> {
  send(group: string, message: Message, delaySeconds?: number): void;
  /** Delivers nothing more. */
  stop(): void;
}

/** Seconds until a message is delivered again whose consumer failed. */
const AGAIN = 30;

/**
 * Delivers messages of the group with the fewest messages in flight first, as SQS does once one group has most of them; of
 * several such groups the oldest message.
 * @param consumers messages in flight at most
 */
export function fairQueue<Message>(
  consumers: number,
  consume: (message: Message) => Promise<unknown>,
): FairQueue<Message> {
  const ready = new Map<string, { arrival: number; message: Message }[]>();
  const inFlight = new Map<string, number>();
  let arrivals = 0;
  let running = 0;
  let stopped = false;

  const flying = (group: string) => inFlight.get(group) ?? 0;
  const order = (group: string) => [flying(group), ready.get(group)?.[0]?.arrival ?? 0] as const;
  function next(): string | undefined {
    let best: string | undefined;
    for (const [group, messages] of ready) {
      if (messages.length === 0) continue;
      const [[fewest, oldest], [count, arrival]] = [order(best ?? group), order(group)];
      if (best === undefined || count < fewest || (count === fewest && arrival < oldest)) best = group;
    }
    return best;
  }
  function work(): void {
    while (!stopped && running < consumers) {
      const group = next();
      const first = group === undefined ? undefined : ready.get(group)?.shift();
      if (group === undefined || !first) return;
      running += 1;
      inFlight.set(group, flying(group) + 1);
      void consume(first.message)
        .catch(() => queue.send(group, first.message, AGAIN))
        .finally(() => {
          running -= 1;
          inFlight.set(group, flying(group) - 1);
          work();
        });
    }
  }

  const queue: FairQueue<Message> = {
    send(group, message, delaySeconds = 0) {
      const arrive = () => {
        const messages = ready.get(group) ?? [];
        messages.push({ arrival: arrivals++, message });
        ready.set(group, messages);
        work();
      };
      if (delaySeconds > 0) setTimeout(arrive, delaySeconds * 1_000);
      else setImmediate(arrive);
    },
    stop() {
      stopped = true;
    },
  };
  return queue;
}
