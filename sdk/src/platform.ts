/** The parts of a global scope by which a platform is recognised. */
interface Scope {
  process?: { env?: Record<string, string | undefined>; versions?: { node?: string } };
  document?: unknown;
  WorkerGlobalScope?: unknown;
  navigator?: { userAgent?: string };
}
const scope = globalThis as Scope; // each part may be missing

/** Returns a variable of the environment, where there is one. */
export const variable = (name: string): string | undefined => scope.process?.env?.[name] || undefined;

/** Returns true in a page and its workers, whose code anyone can read; false in Node, Deno, Bun and edge workers. */
export const isBrowser = (): boolean =>
  scope.process?.versions?.node === undefined &&
  (scope.document !== undefined ||
    (scope.WorkerGlobalScope !== undefined && /^Mozilla\//.test(scope.navigator?.userAgent ?? '')));

/** Returns the platform's name for the header `user-agent`. */
export const platformName = (): string => {
  const node = scope.process?.versions?.node;
  return node ? `node ${node.split('.')[0]}` : (scope.navigator?.userAgent ?? 'unknown');
};
