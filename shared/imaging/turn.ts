/** How a query picture was held when its cells were computed: as it is, mirrored, or turned clockwise. */
export const TURNS = ['upright', 'mirrored', 'turned90', 'turned180', 'turned270'] as const;
export type Turn = (typeof TURNS)[number];
