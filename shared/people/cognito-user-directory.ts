import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminDeleteUserCommand,
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  AdminGetUserCommand,
  AdminListGroupsForUserCommand,
  AdminRemoveUserFromGroupCommand,
  type AttributeType,
  CodeDeliveryFailureException,
  CognitoIdentityProviderClient,
  InvalidParameterException,
  UserNotFoundException,
  UsernameExistsException,
} from '@aws-sdk/client-cognito-identity-provider';
import { orUnavailable } from '#shared/aws/unavailable.ts';
import { MEMBER_ROLES } from '#shared/kernel/access.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { UserDirectory } from './user-directory.ts';

interface CognitoOptions {
  userPoolId: string;
  client?: CognitoIdentityProviderClient;
}

/** The group of operators, whose accounts no tenant manages. */
const OPERATORS = 'SystemAdmin';
const TENANT = 'custom:tenant_id';

const send = <Output>(call: Promise<Output>): Promise<Output> => orUnavailable('Cognito', call);
const attributeOf = (attributes: readonly AttributeType[] | undefined, name: string): string | undefined =>
  attributes?.find(({ Name }) => Name === name)?.Value;

/** Returns undefined for a user that does not exist. */
async function unlessGone<Output>(call: Promise<Output>): Promise<Output | undefined> {
  try {
    return await send(call);
  } catch (error) {
    if (error instanceof UserNotFoundException) return undefined;
    throw error;
  }
}

/** Accounts in a user pool, which signs people in by address: an address is a username, and so is a `sub`. */
export function cognitoUserDirectory({
  userPoolId: UserPoolId,
  client = new CognitoIdentityProviderClient(),
}: CognitoOptions): UserDirectory {
  /** @returns the `sub` of the tenant's account; undefined if there is none */
  async function find(tenant: TenantId, Username: string): Promise<string | undefined> {
    const user = await unlessGone(client.send(new AdminGetUserCommand({ UserPoolId, Username })));
    const attributes = user?.UserAttributes;
    return attributeOf(attributes, TENANT) === tenant ? attributeOf(attributes, 'sub') : undefined;
  }

  async function groupsOf(Username: string): Promise<string[]> {
    const command = new AdminListGroupsForUserCommand({ UserPoolId, Username });
    const { Groups = [] } = (await unlessGone(client.send(command))) ?? {};
    return Groups.flatMap(({ GroupName }) => GroupName ?? []);
  }

  return {
    async create(tenant, { email, name }) {
      const attributes = { email, email_verified: 'true', [TENANT]: tenant, ...(name && { name }) };
      const command = new AdminCreateUserCommand({
        UserPoolId,
        Username: email,
        UserAttributes: Object.entries(attributes).map(([Name, Value]) => ({ Name, Value })),
        DesiredDeliveryMediums: ['EMAIL'],
      });
      try {
        const { User } = await send(client.send(command));
        const subject = attributeOf(User?.Attributes, 'sub');
        if (subject === undefined) throw new Error('Cognito returned a user without a sub');
        return { subject, isNew: true };
      } catch (error) {
        if (error instanceof UsernameExistsException) {
          const subject = await find(tenant, email);
          if (subject === undefined || (await groupsOf(subject)).includes(OPERATORS)) return undefined;
          return { subject, isNew: false };
        }
        throw translated(error);
      }
    },
    async set(tenant, subject, { role, enabled }) {
      const Username = await find(tenant, subject);
      if (Username === undefined) return false;
      const user = { UserPoolId, Username };
      const groups = await groupsOf(Username);
      if (groups.includes(OPERATORS)) return false;
      const surplus = MEMBER_ROLES.filter((each) => each !== role && groups.includes(each));
      if (!enabled) await send(client.send(new AdminDisableUserCommand(user)));
      for (const GroupName of surplus)
        await send(client.send(new AdminRemoveUserFromGroupCommand({ ...user, GroupName })));
      if (!groups.includes(role))
        await send(client.send(new AdminAddUserToGroupCommand({ ...user, GroupName: role })));
      if (enabled) await send(client.send(new AdminEnableUserCommand(user)));
      return true;
    },
    async remove(tenant, subject) {
      const Username = await find(tenant, subject);
      if (Username === undefined) return;
      await unlessGone(client.send(new AdminDeleteUserCommand({ UserPoolId, Username })));
    },
  };
}

/** Returns the error of a creation as its caller is to see it. */
function translated(error: unknown): unknown {
  if (error instanceof InvalidParameterException)
    return new Problem('invalid_request', 'The address cannot get an account.', {
      cause: error,
      errors: [{ pointer: '/email', message: 'is not accepted by the user pool' }],
    });
  if (error instanceof CodeDeliveryFailureException)
    return new Problem('dependency_unavailable', 'The invitation cannot be mailed now. Try again later.', {
      cause: error,
      retryAfter: 60,
    });
  return error;
}
