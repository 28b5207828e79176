/** The input and the reply of an operation. `Form` is its body as `multipart/form-data`, if it takes one. */
export interface Operation<Data extends { body?: unknown }, Reply, Form = never> {
  input: Omit<Data, 'url' | 'headers' | 'body'> &
    (Data extends { body: infer Body } ? { body: Body | Form } : { body?: never });
  reply: Reply;
}

/**
 * When a call that may have been executed can be repeated: `safe`, always, as it only reads; `keyed`, with the same
 * Idempotency-Key; `once`, never.
 */
export type Repeat = 'safe' | 'keyed' | 'once';

/** Method, path, when it can be repeated, and statuses besides 2xx whose reply is no problem document: redirects too. */
export type OperationRow = readonly [
  method: string,
  path: string,
  repeat: Repeat,
  otherReplies?: readonly number[],
];
