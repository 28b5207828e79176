import {
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider';
import { DeepLens } from '@deeplens/sdk';
import { awsClient } from './emulator.ts';
import type { LocalFile } from './local-file.ts';

/** Only on loopback, in the emulator. */
const PASSWORD = 'Demo-Pictures-1';
const ROLES = ['Viewer', 'Uploader', 'Admin'] as const;
const addressOf = (role: (typeof ROLES)[number]): string => `${role.toLowerCase()}@demo.example`;

/** Sees to a person for each role in the tenant `demo`. @returns how to sign in, for the console's page */
export async function demoPeople(
  { api_url, emulator_url, demo }: LocalFile,
  userPoolId: string,
): Promise<string> {
  const api = new DeepLens({ baseUrl: api_url, apiKey: demo?.api_key ?? '' });
  const cognito = new CognitoIdentityProviderClient(awsClient(emulator_url));
  const known = new Set((await api.users.list().toArray({ limit: 1_000 })).map(({ email }) => email));
  for (const role of ROLES) {
    const email = addressOf(role);
    if (known.has(email)) continue;
    await api.users.invite({ email, role, name: `Demo ${role}` });
    await cognito.send(
      new AdminSetUserPasswordCommand({
        UserPoolId: userPoolId,
        Username: email,
        Password: PASSWORD,
        Permanent: true,
      }),
    );
  }
  return (
    `On this machine: ${ROLES.map(addressOf).join(', ')}, each with the password ${PASSWORD}.\n` +
    'The demo key: npm start prints it, and .deeplens/local.json has it.'
  );
}
