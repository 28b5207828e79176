/** Seconds from an upload's arrival until searches find the image. Alarms and a tenant's overview measure against it. */
export const FRESHNESS_SECONDS = 300;

/** The objectives of docs/operate/slo.md, over 30 days. */
export const OBJECTIVES = {
  /** Share of calls that are not answered with 5xx. */
  availability: 0.999,
  /** Milliseconds for 95 % of searches. */
  searchP95Ms: 500,
  /** Share of images that are indexed within `FRESHNESS_SECONDS`. */
  freshness: 0.99,
  /** Seconds until the first attempt of a webhook. */
  webhookSeconds: 30,
} as const;
