import { searchDuplicates } from '#shared/api/duplicates.ts';
import { thumbnailUrl } from '#shared/api/image-reply.ts';
import { dynamoGroups } from '#shared/catalog/dynamodb-groups.ts';
import { dynamoImages } from '#shared/catalog/dynamodb-images.ts';
import { type ImageId, imageId } from '#shared/domain/ids.ts';
import { settingsOf } from '#shared/domain/settings.ts';
import { listDuplicates } from '#shared/flows/duplicates/list-duplicates.ts';
import { frontDoor } from '#shared/front-door/front-door.ts';
import { countSearch } from '#shared/runtime/business-metrics.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { httpFunction, tenantRoute } from '#shared/runtime/http.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const list = listDuplicates({
  groups: dynamoGroups({ table: env.GROUPS_TABLE }),
  catalog: dynamoImages({ table: env.IMAGES_TABLE }),
});

export const handler = httpFunction(
  [
    tenantRoute(searchDuplicates, async ({ tenant, caller, body, baseUrl }) => {
      const { image_id, min_confidence, verdicts, cursor, limit } = body;
      const display = {
        thumbnailUrl: (image: ImageId) => thumbnailUrl(baseUrl, image),
        keeperRule: settingsOf(caller.settings).keeper_rule,
      };
      const found = await list(
        tenant,
        image_id !== undefined
          ? { ...display, imageId: imageId(image_id) }
          : { ...display, scope: 'all', minConfidence: min_confidence, verdicts, cursor, limit },
      );
      countSearch(tenant, searchDuplicates.id, found.groups[0]?.verdict ?? 'none');
      return found;
    }),
  ],
  frontDoor(env),
);
