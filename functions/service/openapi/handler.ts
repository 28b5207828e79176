import { openApiDocument } from '#shared/contracts/http/openapi.ts';
import { openApi } from '#shared/contracts/http/service.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { httpFunction } from '#shared/runtime/http.ts';
import { openRoute } from '#shared/runtime/routes.ts';
import { Env } from './env.ts';

const document = openApiDocument(readEnv(Env).DEEPLENS_VERSION);

export const handler = httpFunction([openRoute(openApi, async () => document)], {});
