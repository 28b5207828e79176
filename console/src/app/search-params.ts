/** Readers of the query of a page's address: what is not valid counts as absent. */
export type Raw = Record<string, unknown>;

export const textParam = (raw: Raw, name: string): string | undefined => {
  const value = raw[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

export const shareParam = (raw: Raw, name: string): number | undefined => {
  const value = Number(raw[name] ?? Number.NaN);
  return value >= 0 && value <= 1 ? value : undefined;
};

export const choiceParam = <Choice extends string>(
  raw: Raw,
  name: string,
  choices: readonly Choice[],
): Choice | undefined => choices.find((choice) => choice === raw[name]);
