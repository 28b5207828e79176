/** Key-value pairs that a tenant attaches to an image, to filter searches by. */
export type Metadata = Record<string, string | string[]>;
