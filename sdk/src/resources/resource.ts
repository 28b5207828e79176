import type { ApiClient } from '../client.ts';
import type { Operations } from '../generated/operations.gen.ts';

/** The body of an operation. */
export type Body<Id extends keyof Operations> = NonNullable<Operations[Id]['input']['body']>;
/** The query parameters of an operation. */
export type Query<Id extends keyof Operations> = Operations[Id]['input'] extends { query?: infer Parameters }
  ? NonNullable<Parameters>
  : never;

/** A group of methods, one for each operation about a thing. */
export class Resource {
  protected readonly client: ApiClient;

  constructor(client: ApiClient) {
    this.client = client;
  }
}
