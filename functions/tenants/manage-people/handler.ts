import * as api from '#shared/contracts/http/people.ts';
import { idempotentGuards } from '#shared/guards/guards.ts';
import { dynamoRevocations } from '#shared/identity/dynamodb-revocations.ts';
import { poolIssuer } from '#shared/identity/issuers.ts';
import { userId } from '#shared/kernel/ids.ts';
import { cognitoUserDirectory } from '#shared/people/cognito-user-directory.ts';
import { dynamoPeopleStore } from '#shared/people/dynamodb-people-store.ts';
import { managePeople } from '#shared/people/manage-people.ts';
import { personReply } from '#shared/people/person-reply.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { httpFunction } from '#shared/runtime/http.ts';
import { tenantRoute } from '#shared/runtime/routes.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const people = dynamoPeopleStore({ table: env.TENANTS_TABLE });
const manage = managePeople({
  people,
  directory: cognitoUserDirectory({ userPoolId: env.USER_POOL_ID }),
  revocations: dynamoRevocations({ table: env.ACTIVITY_TABLE }),
  issuer: poolIssuer(env.USER_POOL_ID),
});

export const handler = httpFunction(
  [
    tenantRoute(api.listUsers, async ({ tenant, query }) => {
      const { items, nextCursor } = await people.list(tenant, query);
      return { users: items.map(personReply), ...(nextCursor && { next_cursor: nextCursor }) };
    }),
    tenantRoute(api.inviteUser, async ({ tenant, body, repeatKey, caller, recordChange }) => {
      const person = personReply(await manage.invite(tenant, { ...body, repeatKey }, caller));
      recordChange({ target: person.user_id, after: person });
      return person;
    }),
    tenantRoute(api.changeUser, async ({ tenant, params, body, caller, recordChange }) => {
      const { before, after } = await manage.change(tenant, userId(params.user_id), body, caller);
      recordChange({ before: personReply(before), after: personReply(after) });
      return personReply(after);
    }),
    tenantRoute(api.removeUser, async ({ tenant, params, recordChange }) => {
      const person = personReply(await manage.remove(tenant, userId(params.user_id)));
      recordChange({ before: person });
      return person;
    }),
  ],
  idempotentGuards(env),
);
