import type { Token } from '@deeplens/sdk';
import { InMemoryWebStorage, type User, UserManager, WebStorageStateStore } from 'oidc-client-ts';
import type { OidcConfig } from '../app/config.ts';

/** A person who has signed in. */
export interface Person {
  token: Token;
  /** What the token says of its role and tenant. The API decides. */
  isOperator: boolean;
  hasTenant: boolean;
  /** Revokes the tokens, and leads to the sign-out page of the issuer. */
  signOut(): Promise<void>;
}

/** A token is renewed when so many seconds of its hour are left. */
const RENEW_SECONDS = 15 * 60;

/** Tokens are in the memory of this page alone. */
const managerFor = ({ metadata, client_id, scope }: OidcConfig): UserManager =>
  new UserManager({
    authority: metadata.issuer,
    metadata,
    client_id,
    scope,
    redirect_uri: `${location.origin}/`,
    userStore: new WebStorageStateStore({ store: new InMemoryWebStorage() }),
    stateStore: new WebStorageStateStore({ store: sessionStorage }),
    automaticSilentRenew: false, // at the next call that needs it, under a lock
  });

/** Leads to the issuer, and back to this place. */
export const startSignIn = (oidc: OidcConfig): Promise<void> =>
  managerFor(oidc).signinRedirect({ state: location.pathname + location.search });

/** Redeems the code that the issuer led back with. @returns the person, and the place that the sign-in began at */
export async function finishSignIn(oidc: OidcConfig): Promise<{ person: Person; place: string }> {
  const manager = managerFor(oidc);
  const user = await manager.signinRedirectCallback();
  const { role, tenant_id } = user.profile;
  const person: Person = {
    isOperator: role === 'SystemAdmin',
    hasTenant: tenant_id !== undefined,
    token: ({ expired }) => currentToken(manager, expired),
    async signOut() {
      await manager.revokeTokens().catch(() => {}); // it ends by itself within the hour
      await manager.removeUser();
      location.assign(oidc.logout_url.replace('{origin}', encodeURIComponent(`${location.origin}/`)));
    },
  };
  return { person, place: typeof user.state === 'string' ? user.state : '/' };
}

async function currentToken(manager: UserManager, expired: boolean): Promise<string> {
  const before = await manager.getUser();
  if (before && !expired && isFresh(before)) return before.access_token;
  // One renewal at a time, in all tabs: an issuer that rotates refresh tokens may take two at once for theft.
  const renewed = await navigator.locks.request('deeplens-renewal', async () => {
    const now = await manager.getUser();
    const isNew = now !== null && now.access_token !== before?.access_token;
    return isNew ? now : manager.signinSilent();
  });
  if (!renewed) throw new Error('The sign-in has ended. Sign in again.');
  return renewed.access_token;
}

const isFresh = ({ expires_in = 0 }: User): boolean => expires_in > RENEW_SECONDS;
