/** How far a run was when its page closed. */
export interface Interrupted {
  done: number;
  total: number;
}

const keyOf = (tenant: string): string => `deeplens.upload.${tenant}`;

/** Remembers a run in case its page closes. */
export const rememberRun = (tenant: string, { done, total }: Interrupted): void =>
  localStorage.setItem(keyOf(tenant), `${done}/${total}`);

export const forgetInterrupted = (tenant: string): void => localStorage.removeItem(keyOf(tenant));

/** Returns the run that a page left behind. */
export function interruptedRun(tenant: string): Interrupted | undefined {
  const [, done, total] = /^(\d+)\/(\d+)$/.exec(localStorage.getItem(keyOf(tenant)) ?? '') ?? [];
  return done && total ? { done: Number(done), total: Number(total) } : undefined;
}
