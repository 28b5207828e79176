/** Key-value pairs that the tenant attaches to a picture, to filter by. */
export type Metadata = Record<string, string | string[]>;
