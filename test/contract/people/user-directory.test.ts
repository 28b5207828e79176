import {
  AdminAddUserToGroupCommand,
  AdminGetUserCommand,
  AdminListGroupsForUserCommand,
  CognitoIdentityProviderClient,
  CreateGroupCommand,
  CreateUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { beforeAll, describe, expect, it } from 'vitest';
import { ROLES } from '#shared/kernel/access.ts';
import { tenantId } from '#shared/kernel/ids.ts';
import { cognitoUserDirectory } from '#shared/people/cognito-user-directory.ts';
import type { UserDirectory } from '#shared/people/user-directory.ts';
import { memoryUserDirectory } from '../../memory/user-directory.ts';
import { emulator, uniqueName } from '../emulator.ts';

const ACME = tenantId('acme');
const OTHER = tenantId('other');

/** What the next token of an account would be made of; undefined for an account that does not exist. */
type AccountOf = (
  subject: string,
) => Promise<{ email?: string; tenant?: string; roles: string[]; enabled: boolean } | undefined>;
interface Fixture {
  directory: UserDirectory;
  accountOf: AccountOf;
}

/** A pool as the stack `identity` makes it. */
async function newPool() {
  const client = new CognitoIdentityProviderClient(emulator());
  const { UserPool } = await client.send(
    new CreateUserPoolCommand({
      PoolName: uniqueName('pool'),
      UsernameAttributes: ['email'],
      UsernameConfiguration: { CaseSensitive: false },
      Schema: [{ Name: 'tenant_id', AttributeDataType: 'String', Mutable: false }],
    }),
  );
  const UserPoolId = UserPool?.Id ?? '';
  for (const GroupName of ROLES) await client.send(new CreateGroupCommand({ UserPoolId, GroupName }));
  return { client, UserPoolId };
}

async function cognitoFixture(): Promise<Fixture> {
  const { client, UserPoolId } = await newPool();
  return {
    directory: cognitoUserDirectory({ userPoolId: UserPoolId, client }),
    async accountOf(Username) {
      const user = await client
        .send(new AdminGetUserCommand({ UserPoolId, Username }))
        .catch((error: Error) => {
          if (error.name !== 'UserNotFoundException') throw error;
        });
      if (!user) return undefined;
      const attributes = Object.fromEntries(
        (user.UserAttributes ?? []).map(({ Name, Value }) => [Name, Value]),
      );
      const { Groups = [] } = await client.send(new AdminListGroupsForUserCommand({ UserPoolId, Username }));
      return {
        email: attributes.email,
        tenant: attributes['custom:tenant_id'],
        roles: Groups.flatMap(({ GroupName }) => GroupName ?? []),
        enabled: user.Enabled ?? false,
      };
    },
  };
}

async function memoryFixture(): Promise<Fixture> {
  const directory = memoryUserDirectory();
  return {
    directory,
    async accountOf(subject) {
      const account = directory.accounts.get(subject);
      if (!account) return undefined;
      const { role, ...rest } = account;
      return { ...rest, roles: role ? [role] : [] };
    },
  };
}

const kinds: [string, () => Promise<Fixture>][] = [
  ['in memory', memoryFixture],
  ['in Cognito', cognitoFixture],
];

describe.each(kinds)('a user directory %s', (_, open) => {
  let directory: UserDirectory;
  let accountOf: AccountOf;
  beforeAll(async () => {
    ({ directory, accountOf } = await open());
  });
  const newAccount = async (tenant = ACME) => {
    const email = `${uniqueName('ada')}@acme.test`;
    const account = await directory.create(tenant, { email, name: 'Ada' });
    if (!account) throw new Error('no account');
    return { ...account, email };
  };

  it('creates an account of the tenant that has no role yet, once', async () => {
    const { email, subject, isNew } = await newAccount();
    expect(isNew).toBe(true);
    expect(await accountOf(subject)).toEqual({ email, tenant: ACME, roles: [], enabled: true });
    expect(await directory.create(ACME, { email })).toEqual({ subject, isNew: false });
  });

  it('gives no account of another tenant, and changes none', async () => {
    const { email, subject } = await newAccount();
    await directory.set(ACME, subject, { role: 'Uploader', enabled: true });
    const before = await accountOf(subject);
    expect(await directory.create(OTHER, { email })).toBeUndefined();
    expect(await directory.set(OTHER, subject, { role: 'Viewer', enabled: false })).toBe(false);
    await directory.remove(OTHER, subject);
    expect(await accountOf(subject)).toEqual(before);
  });

  it('sets the one role, and whether there are tokens', async () => {
    const { subject } = await newAccount();
    for (const role of ['Admin', 'Viewer', 'Uploader', 'Uploader'] as const) {
      expect(await directory.set(ACME, subject, { role, enabled: true })).toBe(true);
      expect(await accountOf(subject)).toMatchObject({ roles: [role], enabled: true });
    }
    for (const enabled of [false, false, true]) {
      expect(await directory.set(ACME, subject, { role: 'Admin', enabled })).toBe(true);
      expect(await accountOf(subject)).toMatchObject({ roles: ['Admin'], enabled });
    }
  });

  it('removes an account, which an invitation makes anew', async () => {
    const { email, subject } = await newAccount();
    await directory.remove(ACME, subject);
    await directory.remove(ACME, subject);
    expect(await accountOf(subject)).toBeUndefined();
    expect(await directory.set(ACME, subject, { role: 'Viewer', enabled: true })).toBe(false);
    expect(await directory.create(ACME, { email })).toMatchObject({ isNew: true });
  });
});

it('Cognito has operators, whom no tenant manages', async () => {
  const { client, UserPoolId } = await newPool();
  const directory = cognitoUserDirectory({ userPoolId: UserPoolId, client });
  const email = 'operator@acme.test';
  const subject = (await directory.create(ACME, { email }))?.subject ?? '';
  await client.send(
    new AdminAddUserToGroupCommand({ UserPoolId, Username: subject, GroupName: 'SystemAdmin' }),
  );
  expect(await directory.create(ACME, { email })).toBeUndefined();
  expect(await directory.set(ACME, subject, { role: 'Viewer', enabled: false })).toBe(false);
  const { Enabled } = await client.send(new AdminGetUserCommand({ UserPoolId, Username: subject }));
  expect(Enabled).toBe(true);
});
