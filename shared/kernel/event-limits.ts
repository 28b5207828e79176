/** Bounds that let every event pass SNS and SQS. In bytes of JSON. */
export const EVENT_LIMITS = {
  /** SNS's maximum of a message with its attributes, less room for the attributes. */
  event: 256 * 1024 - 1024,
  /** All embeddings of one image, as `images.processed` has them. */
  embeddings: 192 * 1024,
} as const;

/** Bounds of an image's metadata. `bytes` counts the UTF-8 of its JSON. */
export const METADATA_LIMITS = { keys: 50, bytes: 8 * 1024 } as const;
