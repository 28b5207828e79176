/** A received message: invisible to other workers until its visibility timeout ends. */
export interface ReceivedMessage {
  id: string;
  /** The receipt handle, a new one for each receive. */
  receipt: string;
  body: string;
  /** Receives so far, this one included. */
  attempts: number;
}

/** A queue that redelivers messages unless they are removed. */
export interface MessageQueue {
  /**
   * Waits up to `waitSeconds` for the first message. Returns none if the signal is aborted.
   * @param max 1 to 10
   */
  receive(max: number, waitSeconds: number, signal: AbortSignal): Promise<ReceivedMessage[]>;
  /** @throws Problem `dependency_unavailable` if any of them could not be removed: it is redelivered */
  remove(messages: readonly ReceivedMessage[]): Promise<void>;
  /**
   * Sets the visibility timeout of the messages, counted from now.
   * @throws Problem `dependency_unavailable` if any of them could not be changed
   */
  changeVisibility(messages: readonly ReceivedMessage[], seconds: number): Promise<void>;
}
