/** Transforms of a query image before its local descriptors are computed: none, mirrored, or turned clockwise. */
export const TURNS = ['upright', 'mirrored', 'turned90', 'turned180', 'turned270'] as const;
export type Turn = (typeof TURNS)[number];
