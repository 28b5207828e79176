/** The exit codes: a part of the contract, documented in docs/guide/cli.md. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  partly: 3,
  forbidden: 4,
  notFound: 5,
  limited: 6,
  unavailable: 7,
  found: 8,
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
