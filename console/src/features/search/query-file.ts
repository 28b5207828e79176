import { useSyncExternalStore } from 'react';

/** The picture to search for; never sent anywhere but to the search, so it is no part of the address. */
let file: File | undefined;
const listeners = new Set<() => void>();

/** Makes a picture the query. */
export function setQueryFile(next: File | undefined): void {
  file = next;
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
};

export const useQueryFile = (): File | undefined => useSyncExternalStore(subscribe, () => file);
