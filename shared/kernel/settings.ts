import * as z from 'zod';

/** First criterion for the suggested keeper of a duplicate group; ties are broken by the other criteria. */
export const KEEPER_RULES = ['pixels', 'bytes', 'age', 'metadata'] as const;
export type KeeperRule = (typeof KEEPER_RULES)[number];

/** Allowed pixels of a thumbnail's longer side, and how many sizes a tenant may have. */
export const THUMBNAIL_BOUNDS = { min: 64, max: 2048, count: 4 } as const;

/** Settings that a tenant can change. Field names as stored and on the wire. */
const Settings = z.object({
  /** Pixels of the longer side. A change applies to images that are added afterwards. */
  thumbnail_sizes: z.array(z.number()).readonly(),
  /** Default threshold of a similarity search. */
  similarity_threshold: z.number(),
  keeper_rule: z.enum(KEEPER_RULES),
  /** Models with vectors of all the tenant's images, the default for searches first; empty: the service's default model (`modelsOf`). */
  models: z.array(z.string()).readonly(),
});
export type Settings = z.infer<typeof Settings>;
export const SettingsChange = Settings.partial();
export type SettingsChange = z.infer<typeof SettingsChange>;

/** Values of settings that a tenant has not set. */
export const DEFAULT_SETTINGS: Settings = {
  thumbnail_sizes: [256, 1024],
  similarity_threshold: 0.7,
  keeper_rule: 'pixels',
  models: [],
};

/** Returns the tenant's settings, with defaults for those that it has not set. */
export const settingsOf = (own: SettingsChange = {}): Settings => ({
  thumbnail_sizes: own.thumbnail_sizes ?? DEFAULT_SETTINGS.thumbnail_sizes,
  similarity_threshold: own.similarity_threshold ?? DEFAULT_SETTINGS.similarity_threshold,
  keeper_rule: own.keeper_rule ?? DEFAULT_SETTINGS.keeper_rule,
  models: own.models ?? DEFAULT_SETTINGS.models,
});
