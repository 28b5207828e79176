/** How the picture to keep is chosen among duplicates: what decides first; equals are told apart by the others. */
export const KEEPER_RULES = ['pixels', 'bytes', 'age', 'metadata'] as const;
export type KeeperRule = (typeof KEEPER_RULES)[number];

/** The bound of a thumbnail's longer side, in pixels; below, a picture is not recognised; above, it is no thumbnail. */
export const THUMBNAIL_BOUNDS = { min: 64, max: 2048, count: 4 } as const;

/** What a tenant chooses for itself. Field names as stored and on the wire. */
export interface Settings {
  /** Pixels of the longer side; pictures that come from now on have these. */
  thumbnail_sizes: readonly number[];
  /** The threshold of a search that gives none. */
  similarity_threshold: number;
  keeper_rule: KeeperRule;
  /** The models that have all of its pictures, the one that searches use first; empty: the service's first (`modelsOf`). */
  models: readonly string[];
}
export type SettingsChange = { [Name in keyof Settings]?: Settings[Name] | undefined };

/** What holds where a tenant has chosen nothing. */
export const DEFAULT_SETTINGS: Settings = {
  thumbnail_sizes: [256, 1024],
  similarity_threshold: 0.7,
  keeper_rule: 'pixels',
  models: [],
};

export const settingsOf = (chosen: SettingsChange = {}): Settings => ({
  thumbnail_sizes: chosen.thumbnail_sizes ?? DEFAULT_SETTINGS.thumbnail_sizes,
  similarity_threshold: chosen.similarity_threshold ?? DEFAULT_SETTINGS.similarity_threshold,
  keeper_rule: chosen.keeper_rule ?? DEFAULT_SETTINGS.keeper_rule,
  models: chosen.models ?? DEFAULT_SETTINGS.models,
});
