export const afterMs = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Returns a port whose methods take some milliseconds more, as those of a table over a network do. */
export function late<Port extends object>(port: Port, ms: number): Port {
  return new Proxy(port, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function' || name === 'due') return method;
      return async (...args: unknown[]): Promise<unknown> => {
        await afterMs(ms);
        return Reflect.apply(method, target, args);
      };
    },
  });
}
