import type { DeepLens } from '@deeplens/sdk';

export type Overrides = Awaited<ReturnType<DeepLens['admin']['tenants']['getLimits']>>['overrides'];

/** The limits of a tenant that are numbers, and what they count. */
export const LIMITS = {
  requests: 'calls a minute',
  searches: 'searches a minute',
  searches_per_person: 'searches a minute of each person',
  uploads: 'pictures a minute',
  stored_images: 'pictures stored',
  storage_bytes: 'bytes stored',
  vectors: 'vectors',
} as const satisfies Partial<Record<keyof Overrides, string>>;
export type LimitName = keyof typeof LIMITS;
export const LIMIT_NAMES = Object.keys(LIMITS) as LimitName[]; // Object.keys loses the literal types

/** Overrides as they are typed: empty is the plan's. */
export type TypedLimits = Readonly<Record<LimitName, string>>;

export const typedLimits = (overrides: Overrides): TypedLimits => {
  const text = (name: LimitName) => String(overrides[name] ?? '');
  return {
    requests: text('requests'),
    searches: text('searches'),
    searches_per_person: text('searches_per_person'),
    uploads: text('uploads'),
    stored_images: text('stored_images'),
    storage_bytes: text('storage_bytes'),
    vectors: text('vectors'),
  };
};

/**
 * Returns the overrides that replace those of a tenant. Limits of single endpoints stay as they are.
 * @returns the name of the first that is no whole number instead, if there is one
 */
export function overridesOf(typed: TypedLimits, { endpoints }: Overrides): Overrides | LimitName {
  const overrides: Overrides = { ...(endpoints && { endpoints }) };
  for (const name of LIMIT_NAMES) {
    const text = typed[name].trim();
    if (text === '') continue;
    if (!/^\d{1,15}$/.test(text)) return name;
    overrides[name] = Number(text);
  }
  return overrides;
}
