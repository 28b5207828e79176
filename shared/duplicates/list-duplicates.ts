import { findImage } from '#shared/images/find-image.ts';
import type { ImageStore } from '#shared/images/image-store.ts';
import { isIndexed } from '#shared/images/indexed-image.ts';
import type { GroupId, ImageId, TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { KeeperRule } from '#shared/kernel/settings.ts';
import { COPY_VERDICTS, type CopyVerdict } from '#shared/kernel/vocabulary.ts';
import { isDecided } from './decision.ts';
import { exactSets, towards } from './exact-members.ts';
import type { Decision, DuplicateGroup } from './group.ts';
import { MIN_CONFIDENCE } from './group-members.ts';
import type { GroupStore } from './group-store.ts';
import { suggestKeeper } from './keeper.ts';

interface Display {
  thumbnailUrl: (image: ImageId) => string;
  /** The rule that suggests which image to keep. */
  keeperRule: KeeperRule;
}

export type DuplicatesQuery = Display &
  (
    | { imageId: ImageId }
    | {
        scope: 'all';
        /** 0..1 */
        minConfidence: number;
        verdicts: readonly CopyVerdict[];
        /** Only decided, or only undecided groups. */
        decided?: boolean | undefined;
        cursor?: string | undefined;
        limit: number;
      }
  );

/** The reply. Fields have their names on the wire. */
export interface DuplicatesPage {
  groups: ListedGroup[];
  /** Groups in the whole list, counted when its first page was read. */
  total_groups: number;
  next_cursor?: string;
}

export interface ListedGroup {
  group_id: GroupId;
  verdict: CopyVerdict;
  confidence: number;
  suggested_keeper: ImageId;
  keeper_reason: string;
  /** True if the decision covers all current members. */
  decided: boolean;
  decision?: Omit<Decision, 'image_ids'>;
  images: {
    image_id: ImageId;
    /** The relation of the image to the suggested keeper. */
    verdict: CopyVerdict;
    confidence: number;
    file_path: string;
    storage_location: string;
    thumbnail_url: string;
    width: number;
    height: number;
    file_size: number;
  }[];
}

/** Groups read per page when counting. */
const COUNT_PAGE = 1_000;

/**
 * Lists the group of one image, or a page of all groups, newest first.
 * @throws Problem `not_found`, `purged` or `image_not_ready` for an image; `invalid_cursor`
 */
export function listDuplicates(ports: { groups: GroupStore; imageStore: ImageStore }) {
  const { groups, imageStore } = ports;

  async function groupOf(tenant: TenantId, image: ImageId): Promise<DuplicateGroup | undefined> {
    const record = await findImage(ports)(tenant, image);
    if (record.status !== 'indexed') {
      throw new Problem(
        'image_not_ready',
        `The image ${image} is ${record.status}: it has not been compared yet.`,
      );
    }
    const id = (await groups.groupsOf(tenant, [image])).get(image);
    return id && groups.get(tenant, id);
  }

  return async (tenant: TenantId, query: DuplicatesQuery): Promise<DuplicatesPage> => {
    const exactOnly = !('imageId' in query) && !query.verdicts.includes('edited_copy');
    const entriesOf = exactOnly ? exactEntries : (group: DuplicateGroup) => [group];
    const toReply = (page: readonly DuplicateGroup[]) =>
      groupReplies(imageStore, tenant, page.flatMap(entriesOf), query);
    if ('imageId' in query) {
      const group = await groupOf(tenant, query.imageId);
      const listed = await toReply(group ? [group] : []);
      return { groups: listed, total_groups: listed.length };
    }
    const wanted = (group: DuplicateGroup) =>
      (exactOnly
        ? exactSets(group).length > 0
        : group.confidence >= query.minConfidence && query.verdicts.includes(group.verdict)) &&
      (query.decided === undefined || query.decided === isDecided(group));
    const everyGroup =
      query.decided === undefined &&
      query.minConfidence <= MIN_CONFIDENCE &&
      COPY_VERDICTS.every((each) => query.verdicts.includes(each));
    const isCounted = exactOnly || query.minConfidence <= MIN_CONFIDENCE;

    const continued = query.cursor === undefined ? undefined : parseCursor(query.cursor);
    const page = await groups.list(tenant, {
      limit: query.limit,
      cursor: continued?.cursor,
      ...(!everyGroup && { wanted }),
    });
    const total =
      continued?.total ??
      (isCounted
        ? await groups.count(tenant, {
            verdicts: query.verdicts,
            exactSets: exactOnly,
            decided: query.decided,
          })
        : await countWanted(groups, tenant, wanted, (group) => entriesOf(group).length));
    return {
      groups: await toReply(page.items),
      total_groups: total,
      ...(page.nextCursor && { next_cursor: `${total}.${page.nextCursor}` }),
    };
  };
}

/** Returns the group of each set of exact copies within a group. */
const exactEntries = (group: DuplicateGroup): DuplicateGroup[] =>
  exactSets(group).map((members) => ({ ...group, members, verdict: 'exact', confidence: 1 }));

/** Splits a cursor into the total, counted once for the first page, and the store's cursor. */
function parseCursor(cursor: string): { total: number; cursor: string } {
  const [, total, rest] = /^(\d+)[.](.+)$/.exec(cursor) ?? [];
  if (rest === undefined)
    throw new Problem('invalid_cursor', 'The cursor does not belong to this list. Start again without it.');
  return { total: Number(total), cursor: rest };
}

/** Counts the groups of a higher confidence by reading all: linear in the tenant's groups. */
async function countWanted(
  groups: GroupStore,
  tenant: TenantId,
  wanted: (group: DuplicateGroup) => boolean,
  entriesOf: (group: DuplicateGroup) => number,
): Promise<number> {
  let count = 0;
  let cursor: string | undefined;
  do {
    const page = await groups.list(tenant, { limit: COUNT_PAGE, cursor, wanted });
    count += page.items.reduce((sum, group) => sum + entriesOf(group), 0);
    cursor = page.nextCursor;
  } while (cursor);
  return count;
}

/** Joins groups with their images' records. Omits purged images, and groups with fewer than two images left. */
async function groupReplies(
  imageStore: Pick<ImageStore, 'getMany'>,
  tenant: TenantId,
  groups: readonly DuplicateGroup[],
  { thumbnailUrl, keeperRule }: Display,
): Promise<ListedGroup[]> {
  const ids = groups.flatMap(({ members }) => members.map((member) => member.image_id));
  const records = new Map(
    (await imageStore.getMany(tenant, ids)).filter(isIndexed).map((record) => [record.image_id, record]),
  );
  return groups.flatMap((group) => {
    const members = group.members.flatMap((member) => {
      const record = records.get(member.image_id);
      return record ? [{ member, record }] : [];
    });
    const keeper = suggestKeeper(
      members.map(({ record }) => record),
      keeperRule,
    );
    if (!keeper || members.length < 2) return [];
    const decided = isDecided(group);
    const chosen =
      decided && members.find(({ record }) => record.image_id === group.decision?.keeper)?.record.image_id;
    const kept = members.find(({ record }) => record.image_id === (chosen || keeper.imageId))?.member;
    return [
      {
        group_id: group.group_id,
        verdict: group.verdict,
        confidence: group.confidence,
        suggested_keeper: chosen || keeper.imageId,
        keeper_reason: chosen ? 'chosen by a person' : keeper.reason,
        decided,
        ...(group.decision && { decision: decisionReply(group.decision) }),
        images: members.map(({ member, record }) => ({
          image_id: record.image_id,
          ...towards(kept ?? member, member),
          file_path: record.file_path,
          storage_location: record.storage_location,
          thumbnail_url: thumbnailUrl(record.image_id),
          width: record.width,
          height: record.height,
          file_size: record.file_size,
        })),
      },
    ];
  });
}

const decisionReply = ({ action, keeper, decided_at, decided_by }: Decision) => ({
  action,
  ...(keeper && { keeper }),
  decided_at,
  decided_by,
});
