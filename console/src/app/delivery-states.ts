/** States of a delivery, as an address filters by them. */
export const DELIVERY_STATES = ['pending', 'delivered', 'failed', 'skipped'] as const;
