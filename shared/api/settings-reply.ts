import { type SettingsChange, settingsOf } from '#shared/domain/settings.ts';

/** What holds, with what a tenant has not chosen filled in. */
export function settingsReply(chosen: SettingsChange | undefined) {
  const { thumbnail_sizes, models, ...rest } = settingsOf(chosen);
  return { thumbnail_sizes: [...thumbnail_sizes], models: [...models], ...rest };
}
