import type { Ledger, LedgerEntry } from '@deeplens/sdk';

const STORE = 'uploads';

/** Opens a ledger of uploads that outlives the page, one for each tenant. */
export async function openLedger(tenant: string): Promise<Ledger> {
  const opening = indexedDB.open(`deeplens-${tenant}`, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = await settled(opening);
  const store = (mode: IDBTransactionMode) => database.transaction(STORE, mode).objectStore(STORE);
  return {
    get: (identity) => settled<LedgerEntry | undefined>(store('readonly').get(identity)),
    put: async (identity, entry) => {
      await settled(store('readwrite').put(entry, identity));
    },
  };
}

const settled = <Result>(request: IDBRequest<Result>): Promise<Result> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
