import type { OidcConfig } from '../app/config.ts';
import type { Person } from './oidc.ts';

/** Set in this tab while a person is signed in: a reload then leads to the issuer, which knows the person. */
const SIGNED_IN = 'deeplens.person';

/** Leads to the issuer. The library for it is loaded only now. */
export async function signInAsPerson(oidc: OidcConfig): Promise<void> {
  const { startSignIn } = await import('./oidc.ts');
  await startSignIn(oidc);
}

export const forgetPerson = (): void => sessionStorage.removeItem(SIGNED_IN);

/**
 * Returns the person that the issuer led back with, at the place where the sign-in began; undefined if nobody signed in.
 * @throws the issuer's refusal
 */
export async function resumePerson(oidc: OidcConfig): Promise<Person | undefined> {
  const query = new URLSearchParams(location.search);
  const isBack = query.has('state') && (query.has('code') || query.has('error'));
  if (!isBack) {
    if (sessionStorage.getItem(SIGNED_IN) === null) return undefined;
    forgetPerson(); // a refusal must not lead there again
    await signInAsPerson(oidc);
    return new Promise(() => {}); // the page is left
  }
  const { finishSignIn } = await import('./oidc.ts');
  try {
    const { person, place } = await finishSignIn(oidc);
    sessionStorage.setItem(SIGNED_IN, 'yes');
    history.replaceState(null, '', place);
    return person;
  } catch (error) {
    history.replaceState(null, '', '/');
    throw error;
  }
}
