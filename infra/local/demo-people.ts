import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
  UsernameExistsException,
} from '@aws-sdk/client-cognito-identity-provider';
import { DeepLens } from '@deeplens/sdk';
import { awsClient } from './emulator.ts';
import type { LocalFile } from './local-file.ts';

/** Only on loopback, in the emulator. */
const PASSWORD = 'Demo-Pictures-1';
const ROLES = ['Viewer', 'Uploader', 'Admin'] as const;
/** Of no tenant. */
const OPERATOR = 'operator@demo.example';
const addressOf = (role: (typeof ROLES)[number]): string => `${role.toLowerCase()}@demo.example`;

/** Sees to a person for each role in the tenant `demo`, and to an operator. @returns how to sign in, for the console's page */
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
    await setPassword(cognito, userPoolId, email);
  }
  await addOperator(cognito, userPoolId);
  return (
    `On this machine: ${[...ROLES.map(addressOf), OPERATOR].join(', ')}, each with the password ${PASSWORD}.\n` +
    'The demo key: npm start prints it, and .deeplens/local.json has it.'
  );
}

async function addOperator(cognito: CognitoIdentityProviderClient, UserPoolId: string): Promise<void> {
  const UserAttributes = [
    { Name: 'email', Value: OPERATOR },
    { Name: 'name', Value: 'Demo operator' },
  ];
  try {
    await cognito.send(
      new AdminCreateUserCommand({
        UserPoolId,
        Username: OPERATOR,
        UserAttributes,
        MessageAction: 'SUPPRESS',
      }),
    );
  } catch (error) {
    if (error instanceof UsernameExistsException) return;
    throw error;
  }
  await cognito.send(
    new AdminAddUserToGroupCommand({ UserPoolId, Username: OPERATOR, GroupName: 'SystemAdmin' }),
  );
  await setPassword(cognito, UserPoolId, OPERATOR);
}

async function setPassword(
  cognito: CognitoIdentityProviderClient,
  UserPoolId: string,
  Username: string,
): Promise<void> {
  await cognito.send(
    new AdminSetUserPasswordCommand({ UserPoolId, Username, Password: PASSWORD, Permanent: true }),
  );
}
