import { s3Blobs } from '#shared/blobs/s3-blobs.ts';
import { searchSimilarity, vectorFilter } from '#shared/contracts/http/search.ts';
import { dynamoGroupStore } from '#shared/duplicates/dynamodb-group-store.ts';
import { installedModels } from '#shared/embedding/installed-models.ts';
import { onnxEmbedder } from '#shared/embedding/onnx-embedder.ts';
import { tenantGuards } from '#shared/guards/guards.ts';
import { dynamoImageStore } from '#shared/images/dynamodb-image-store.ts';
import { fetchImage } from '#shared/images/fetch-image.ts';
import { thumbnailUrl } from '#shared/images/image-reply.ts';
import { processImaging } from '#shared/imaging/process-imaging.ts';
import { settingsOf } from '#shared/kernel/settings.ts';
import { countCache, recordSearch } from '#shared/runtime/business-metrics.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { httpFunction } from '#shared/runtime/http.ts';
import { querySource } from '#shared/runtime/input.ts';
import { tenantRoute } from '#shared/runtime/routes.ts';
import { spannedIndex } from '#shared/runtime/spanned-index.ts';
import { timeInference } from '#shared/runtime/time-inference.ts';
import { dynamoSimilarityCache } from '#shared/search/dynamodb-similarity-cache.ts';
import { preparedIndex } from '#shared/search/prepared-index.ts';
import { searchImages } from '#shared/search/search-images.ts';
import { dynamoSwitchStore } from '#shared/switches/dynamodb-switch-store.ts';
import { readSwitches } from '#shared/switches/read-switches.ts';
import { modelsOf } from '#shared/tenants/tenant-models.ts';
import { openVectorIndex } from '#shared/vector-index/open.ts';
import { undiciWebClient } from '#shared/web/undici-web-client.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const installed = installedModels(env.DEEPLENS_MODELS, async (name) => {
  const embedder = await onnxEmbedder({ modelsDir: env.MODELS_DIR, name, provider: 'cpu' });
  return { ...embedder, embed: timeInference(name, embedder.embed) };
});
await installed.embedder(env.DEEPLENS_MODELS[0]); // loads at cold start, not during the first search
const search = searchImages({
  imageStore: dynamoImageStore({ table: env.IMAGES_TABLE }),
  blobs: s3Blobs({ bucket: env.IMAGES_BUCKET }),
  imaging: processImaging({ seconds: 8 }),
  installed,
  index: preparedIndex(spannedIndex(await openVectorIndex(env))),
  groups: dynamoGroupStore({ table: env.GROUPS_TABLE }),
  cache: dynamoSimilarityCache({ table: env.ACTIVITY_TABLE }),
});
const switches = readSwitches(dynamoSwitchStore({ table: env.ACTIVITY_TABLE }));
const fetchFrom = fetchImage({
  web: undiciWebClient({ allowed: env.WEB_ALLOWED_ADDRESSES }),
  seconds: 10, // of 29, of which reading may take 8
});

export const handler = httpFunction(
  [
    tenantRoute(searchSimilarity, async ({ tenant, caller, body, file, baseUrl }) => {
      const given = querySource({ body, ...(file && { file }) });
      const { degrade } = await switches.current();
      const found = await search(tenant, {
        source: 'url' in given ? { bytes: await fetchFrom(given.url) } : given,
        region: body.region,
        threshold: body.similarity_threshold ?? settingsOf(caller.settings).similarity_threshold,
        maxResults: body.max_results,
        filter: vectorFilter(body),
        includeMetadata: body.include_metadata,
        deduplicate: body.deduplicate,
        withoutPixels: degrade.includes('verification'),
        models: modelsOf(caller, env.DEEPLENS_MODELS).chosen,
        model: body.model,
        thumbnailUrl: (image) => thumbnailUrl(baseUrl, image),
      });
      recordSearch(tenant, 'searchSimilarity', {
        ms: found.processing_time_ms,
        results: found.total_results,
        best: found.results[0]?.verdict ?? 'none',
      });
      countCache(tenant, found.cached);
      return { ...found, ...(degrade.length > 0 && { degraded: degrade }) };
    }),
  ],
  tenantGuards(env),
);
