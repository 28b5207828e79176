import { addedClaims } from '#shared/identity/added-claims.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { tokenTrigger } from '#shared/runtime/token-trigger.ts';
import { Env } from './env.ts';

const { RESOURCE_SERVER } = readEnv(Env);

export const handler = tokenTrigger(addedClaims(RESOURCE_SERVER));
