/** Wraps a function so that it runs once for each key: all calls get the same result. After a failure it runs again. */
export function oncePerKey<Rest extends unknown[], Value>(
  load: (key: string, ...rest: Rest) => Promise<Value>,
): (key: string, ...rest: Rest) => Promise<Value> {
  const loaded = new Map<string, Promise<Value>>();
  return (key, ...rest) => {
    const known = loaded.get(key);
    if (known) return known;
    const loading = load(key, ...rest);
    loaded.set(key, loading);
    loading.catch(() => loaded.delete(key));
    return loading;
  };
}
