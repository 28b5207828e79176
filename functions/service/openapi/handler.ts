import { openApiDocument } from '#shared/api/openapi.ts';
import { openApi } from '#shared/api/service.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { httpFunction, route } from '#shared/runtime/http.ts';
import { Env } from './env.ts';

const document = openApiDocument(readEnv(Env).DEEPLENS_VERSION);

export const handler = httpFunction([route(openApi, async () => document)]);
