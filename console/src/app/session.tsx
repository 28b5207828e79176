import { DeepLens, type Me } from '@deeplens/sdk';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, use, useMemo, useState } from 'react';
import type { Person } from '../auth/oidc.ts';
import { forgetPerson } from '../auth/resume.ts';
import type { Config } from './config.ts';
import { type NavigationItem, navigationFor } from './navigation.ts';

const STORED_KEY = 'deeplens.key';

interface Session {
  config: Config;
  client: DeepLens;
  /** The first characters of the key, to know it by; empty for a person. */
  keyName: string;
  /** True for an operator, who may call for all tenants. */
  isOperator: boolean;
  /** False for an operator who belongs to no tenant. */
  hasTenant: boolean;
  signOut(): void;
}
const SessionContext = createContext<Session | undefined>(undefined);

/** Returns a client of the API for a key. */
export const clientFor = (config: Config, apiKey: string): DeepLens =>
  new DeepLens({
    baseUrl: baseUrlOf(config),
    apiKey,
    dangerouslyAllowBrowser: true, // the person at this page pasted the key
  });
const baseUrlOf = ({ api }: Config): string => new URL(api, location.origin).href;

interface SessionProps {
  config: Config;
  /** Who came back from the issuer. */
  person: Person | undefined;
  signIn: (done: (key: string) => void) => ReactNode;
  children: ReactNode;
}

/** Keeps the key of this tab: other tabs, and this one once it is closed, do not have it. */
export function SessionProvider({ config, person, signIn, children }: SessionProps) {
  const [key, setKey] = useState(() => sessionStorage.getItem(STORED_KEY));
  const queries = useQueryClient();
  const session = useMemo((): Session | undefined => {
    if (person)
      return {
        config,
        client: new DeepLens({ baseUrl: baseUrlOf(config), token: person.token }),
        keyName: '',
        isOperator: person.isOperator,
        hasTenant: person.hasTenant || !person.isOperator,
        signOut() {
          forgetPerson();
          void person.signOut();
        },
      };
    if (key)
      return {
        config,
        client: clientFor(config, key),
        keyName: `${key.slice(0, 16)}…`,
        isOperator: false,
        hasTenant: true,
        signOut() {
          sessionStorage.removeItem(STORED_KEY);
          queries.clear();
          setKey(null);
        },
      };
    return undefined;
  }, [config, person, key, queries]);
  if (!session)
    return signIn((entered) => {
      sessionStorage.setItem(STORED_KEY, entered);
      setKey(entered);
    });
  return <SessionContext value={session}>{children}</SessionContext>;
}

/** Returns the session; only below `SessionProvider`. */
export function useSession(): Session {
  const session = use(SessionContext);
  if (!session) throw new Error('There is no session here.');
  return session;
}

/** Options of the query for who the credential is. */
export const meQuery = (client: DeepLens) => ({
  queryKey: ['me'],
  queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Me> => client.me({ signal }),
  staleTime: 60_000,
});

/** Asks who the credential is in its tenant, and what it allows there. */
export function useMe() {
  const { client, hasTenant } = useSession();
  return useQuery({ ...meQuery(client), enabled: hasTenant });
}

/** Returns the pages that the credential can use; none until that is known. */
export function useNavigation(): NavigationItem[] {
  const { isOperator } = useSession();
  return navigationFor(useMe().data?.scopes ?? [], isOperator);
}

/** Returns whether the credential has a scope; false until that is known. */
export const useScope = (scope: Me['scopes'][number]): boolean =>
  useMe().data?.scopes.includes(scope) ?? false;
