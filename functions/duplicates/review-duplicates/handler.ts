import type * as z from 'zod';
import * as duplicates from '#shared/contracts/http/duplicates.ts';
import { decideGroup } from '#shared/duplicates/decide-group.ts';
import { dynamoGroupStore } from '#shared/duplicates/dynamodb-group-store.ts';
import { listDuplicates } from '#shared/duplicates/list-duplicates.ts';
import { undoDecision } from '#shared/duplicates/undo-decision.ts';
import { idempotentGuards } from '#shared/guards/guards.ts';
import { dynamoImageStore } from '#shared/images/dynamodb-image-store.ts';
import { thumbnailUrl } from '#shared/images/image-reply.ts';
import type { Caller } from '#shared/kernel/caller.ts';
import { groupId, type ImageId, imageId } from '#shared/kernel/ids.ts';
import { settingsOf } from '#shared/kernel/settings.ts';
import { recordSearch } from '#shared/runtime/business-metrics.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { httpFunction } from '#shared/runtime/http.ts';
import { parseField } from '#shared/runtime/input.ts';
import { outcomesOf } from '#shared/runtime/problem-responses.ts';
import { tenantRoute } from '#shared/runtime/routes.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const ports = {
  groups: dynamoGroupStore({ table: env.GROUPS_TABLE }),
  imageStore: dynamoImageStore({ table: env.IMAGES_TABLE }),
};
const list = listDuplicates(ports);
const decide = decideGroup(ports);
const undo = undoDecision(ports);

type Decided = Pick<z.output<typeof duplicates.GroupDecision>, 'action' | 'keeper' | 'pairs'>;

const requestOf = ({ action, keeper, pairs }: Decided, { settings, subject }: Caller) => ({
  action,
  keeper: keeper === undefined ? undefined : imageId(keeper),
  pairs: pairs?.map(([one, other]): [ImageId, ImageId] => [imageId(one), imageId(other)]),
  keeperRule: settingsOf(settings).keeper_rule,
  by: subject,
  at: new Date().toISOString(),
});

export const handler = httpFunction(
  [
    tenantRoute(duplicates.searchDuplicates, async ({ tenant, caller, body, baseUrl }) => {
      const startedAt = performance.now();
      const { image_id, min_confidence, verdicts, decided, cursor, limit } = body;
      const display = {
        thumbnailUrl: (image: ImageId) => thumbnailUrl(baseUrl, image),
        keeperRule: settingsOf(caller.settings).keeper_rule,
      };
      const found = await list(
        tenant,
        image_id !== undefined
          ? { ...display, imageId: imageId(image_id) }
          : { ...display, scope: 'all', minConfidence: min_confidence, verdicts, decided, cursor, limit },
      );
      recordSearch(tenant, 'searchDuplicates', {
        ms: performance.now() - startedAt,
        results: found.groups.length,
        best: found.groups[0]?.verdict ?? 'none',
      });
      return found;
    }),
    tenantRoute(duplicates.decideGroup, ({ tenant, caller, params, body }) =>
      decide(tenant, groupId(params.group_id), requestOf(body, caller)),
    ),
    tenantRoute(duplicates.decideGroups, async ({ tenant, caller, body, correlationId }) => ({
      outcomes: await outcomesOf(body.decisions, correlationId, async (entry, position) => {
        const decision = parseField(duplicates.GroupDecision, entry, `/decisions/${position}`);
        return decide(tenant, groupId(decision.group_id), requestOf(decision, caller));
      }),
    })),
    tenantRoute(duplicates.undoDecision, async ({ tenant, params }) => {
      await undo(tenant, groupId(params.group_id), new Date().toISOString());
      return { group_id: params.group_id, decided: false as const };
    }),
  ],
  idempotentGuards(env),
);
