import type { KeyId, TenantId } from '#shared/kernel/ids.ts';

interface KeyName {
  tenant_id: TenantId;
  key_id: KeyId;
}

/** The way in which a schedule removes keys. */
export interface KeyRun {
  /** Logs a key that could not be removed. */
  report: (key: KeyName, error: unknown) => void;
  /** Seconds after which no further key is begun: the next run continues. */
  budgetSeconds: number;
  now?: () => Date;
}

/**
 * Runs on each key within the budget. A key that fails is left for the next run and does not stop the others.
 * @param remove returns false if the key stays
 */
export async function eachKey<Key extends KeyName>(
  { report, budgetSeconds, now = () => new Date() }: KeyRun,
  keysAt: (start: Date) => AsyncIterable<Key>,
  remove: (key: Key, start: Date) => Promise<boolean>,
): Promise<{ removed: number; failed: number }> {
  const start = now();
  const result = { removed: 0, failed: 0 };
  for await (const key of keysAt(start)) {
    if (now().getTime() - start.getTime() >= budgetSeconds * 1000) break;
    try {
      if (await remove(key, start)) result.removed += 1;
    } catch (error) {
      result.failed += 1;
      report(key, error);
    }
  }
  return result;
}
