import {
  CognitoIdentityProviderClient,
  DescribeUserPoolClientCommand,
  UpdateUserPoolClientCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import type { Outputs } from '../deploy.ts';
import { awsClient } from '../emulator.ts';

/** How the console of this machine lets people sign in: `oidc` of its `/config.json`. */
export interface ConsoleSignIn {
  client_id: string;
  scope: string;
  metadata: Record<'issuer' | 'authorization_endpoint' | 'token_endpoint' | 'revocation_endpoint', string>;
  logout_url: string;
}

/** Lets the pool lead back to the front, whose port the deployment cannot know. @param origin the front's */
export async function allowSignIn(
  emulatorUrl: string,
  outputs: Outputs,
  origin: string,
): Promise<ConsoleSignIn> {
  const cognito = new CognitoIdentityProviderClient(awsClient(emulatorUrl));
  const ClientId = outputs('SpaClientId');
  const UserPoolId = outputs('UserPoolId');
  const { UserPoolClient: client } = await cognito.send(
    new DescribeUserPoolClientCommand({ UserPoolId, ClientId }),
  );
  const place = `${origin}/`;
  const withPlace = (urls: readonly string[] = []) => [...new Set([...urls, place])];
  const { ClientSecret: _, CreationDate: __, LastModifiedDate: ___, ...settings } = client ?? {};
  await cognito.send(
    new UpdateUserPoolClientCommand({
      ...settings,
      UserPoolId,
      ClientId,
      CallbackURLs: withPlace(client?.CallbackURLs),
      LogoutURLs: withPlace(client?.LogoutURLs),
    }),
  );
  return {
    client_id: ClientId,
    scope: client?.AllowedOAuthScopes?.join(' ') ?? 'openid',
    metadata: {
      issuer: `https://cognito-idp.us-east-1.amazonaws.com/${UserPoolId}`,
      authorization_endpoint: `${emulatorUrl}/oauth2/authorize`,
      token_endpoint: `${emulatorUrl}/oauth2/token`,
      revocation_endpoint: `${emulatorUrl}/oauth2/revoke`,
    },
    logout_url: `${emulatorUrl}/logout?client_id=${ClientId}&logout_uri={origin}`,
  };
}
