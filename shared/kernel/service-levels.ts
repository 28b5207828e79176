/** Seconds from an upload's arrival until searches find the image. Alarms and a tenant's overview measure against it. */
export const FRESHNESS_SECONDS = 300;
