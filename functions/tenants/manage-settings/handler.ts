import * as api from '#shared/api/settings.ts';
import { settingsReply } from '#shared/api/settings-reply.ts';
import { dynamoTenants } from '#shared/catalog/dynamodb-tenants.ts';
import { changeSettings } from '#shared/flows/tenants/change-settings.ts';
import { frontDoor } from '#shared/front-door/front-door.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { httpFunction, tenantRoute } from '#shared/runtime/http.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const change = changeSettings({
  tenants: dynamoTenants({ table: env.TENANTS_TABLE }),
  models: env.DEEPLENS_MODELS,
});

export const handler = httpFunction(
  [
    tenantRoute(api.getSettings, async ({ caller }) => settingsReply(caller.settings)),
    tenantRoute(api.changeSettings, async ({ tenant, body, note }) => {
      const { before, after } = await change(tenant, body);
      note({ before: settingsReply(before), after: settingsReply(after) });
      return settingsReply(after);
    }),
  ],
  frontDoor(env),
);
