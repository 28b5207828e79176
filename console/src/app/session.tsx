import { DeepLens, type Me } from '@deeplens/sdk';
import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, use, useMemo, useState } from 'react';
import type { Config } from './config.ts';

const STORED_KEY = 'deeplens.key';

interface Session {
  config: Config;
  client: DeepLens;
  /** The first characters of the key, to know it by. */
  keyName: string;
  signOut(): void;
}
const SessionContext = createContext<Session | undefined>(undefined);

/** Returns a client of the API for a key. */
export const clientFor = (config: Config, apiKey: string): DeepLens =>
  new DeepLens({
    baseUrl: new URL(config.api, location.origin).href,
    apiKey,
    dangerouslyAllowBrowser: true, // the person at this page pasted the key
  });

/** Keeps the key of this tab: other tabs, and this one once it is closed, do not have it. */
export function SessionProvider({
  config,
  signIn,
  children,
}: {
  config: Config;
  signIn: (done: (key: string) => void) => ReactNode;
  children: ReactNode;
}) {
  const [key, setKey] = useState(() => sessionStorage.getItem(STORED_KEY));
  const queries = useQueryClient();
  const session = useMemo(
    () => key && newSession(config, key, queries, () => setKey(null)),
    [config, key, queries],
  );
  if (!session)
    return signIn((entered) => {
      sessionStorage.setItem(STORED_KEY, entered);
      setKey(entered);
    });
  return <SessionContext value={session}>{children}</SessionContext>;
}

const newSession = (config: Config, key: string, queries: QueryClient, ended: () => void): Session => ({
  config,
  client: clientFor(config, key),
  keyName: `${key.slice(0, 16)}…`,
  signOut() {
    sessionStorage.removeItem(STORED_KEY);
    queries.clear();
    ended();
  },
});

/** Returns the session; only below `SessionProvider`. */
export function useSession(): Session {
  const session = use(SessionContext);
  if (!session) throw new Error('There is no session here.');
  return session;
}

/** Asks who the credential is and what it allows. */
export const useMe = () => {
  const { client } = useSession();
  return useQuery({ queryKey: ['me'], queryFn: ({ signal }) => client.me({ signal }), staleTime: 60_000 });
};

/** Returns whether the credential has a scope; false until that is known. */
export const useScope = (scope: Me['scopes'][number]): boolean =>
  useMe().data?.scopes.includes(scope) ?? false;
