/** Seconds after which a message that is held comes again. */
const AGAIN = 60;

/**
 * Runs on messages of a queue, but not while a part of the service is paused: then each is sent again, to come later, and
 * counts as handled. So none is lost, and none uses up its attempts, however long the pause.
 */
export const holdWhilePaused =
  <Message>({
    isPaused,
    sendAgain,
    run,
  }: {
    isPaused: () => Promise<boolean>;
    sendAgain: (message: Message, delaySeconds: number) => Promise<void>;
    run: (message: Message) => Promise<unknown>;
  }) =>
  async (message: Message): Promise<unknown> =>
    (await isPaused()) ? sendAgain(message, AGAIN) : run(message);
