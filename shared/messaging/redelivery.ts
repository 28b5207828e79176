/** A message that a queue delivered to a function. */
export interface Delivered {
  queueArn: string;
  receipt: string;
}

/** Chooses when a message that failed is delivered again. */
export interface Redelivery {
  /** @throws if it could not be chosen: the queue's own time holds */
  after(message: Delivered, seconds: number): Promise<void>;
}
