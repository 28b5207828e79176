/** A message that is held: hidden from other workers until its visibility timeout is over. */
export interface HeldMessage {
  id: string;
  /** What removes or hides it; another one each time that it is received. */
  receipt: string;
  body: string;
  /** How often it was received, this time included. */
  attempts: number;
}

/** A queue whose messages come back unless they are removed. */
export interface MessageQueue {
  /**
   * Waits up to `waitSeconds` for the first message. An aborted signal ends the waiting with what there is: nothing.
   * @param max 1 to 10
   */
  receive(max: number, waitSeconds: number, signal: AbortSignal): Promise<HeldMessage[]>;
  /** @throws Problem `dependency_unavailable` where one of them could not be removed: it comes again */
  remove(messages: readonly HeldMessage[]): Promise<void>;
  /**
   * Shows the messages again in so many seconds, counted from now.
   * @throws Problem `dependency_unavailable` where one of them could not be changed
   */
  hide(messages: readonly HeldMessage[], seconds: number): Promise<void>;
}
