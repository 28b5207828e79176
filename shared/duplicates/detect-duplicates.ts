import type { DuplicatesFoundV1 } from '#shared/contracts/events/duplicates-found.v1.ts';
import type { ImagesIndexedV1 } from '#shared/contracts/events/images-indexed.v1.ts';
import { newEvent } from '#shared/contracts/events/new-event.ts';
import { fittingEntries } from '#shared/contracts/events/serialize-event.ts';
import type { ModelManifest } from '#shared/embedding/manifest.ts';
import type { ImageStore } from '#shared/images/image-store.ts';
import { type IndexedRecord, isIndexed } from '#shared/images/indexed-image.ts';
import { imageId, type TenantId, tenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { settingsOf } from '#shared/kernel/settings.ts';
import type { EventPublisher } from '#shared/messaging/publisher.ts';
import type { Tenant } from '#shared/tenants/tenant.ts';
import { modelsOf } from '#shared/tenants/tenant-models.ts';
import type { TenantStore } from '#shared/tenants/tenant-store.ts';
import { towards } from './exact-members.ts';
import { findMatches, type MatchPorts } from './find-matches.ts';
import type { DuplicateGroup } from './group.ts';
import { contentOf } from './group-members.ts';
import type { GroupStore } from './group-store.ts';
import { joinGroup } from './join-group.ts';
import { suggestKeeper } from './keeper.ts';
import { leaveGroup } from './leave-group.ts';

export interface DetectPorts extends Omit<MatchPorts, 'manifest'> {
  imageStore: ImageStore;
  tenants: Pick<TenantStore, 'get'>;
  /** Manifests of the service's models, the default first. */
  manifests: readonly [ModelManifest, ...ModelManifest[]];
  groups: GroupStore;
  publisher: EventPublisher;
  now?: () => Date;
}

/**
 * Finds the copies of a newly indexed image, puts them into one group, and publishes `duplicates.found` if the group's
 * version was not published yet. Idempotent.
 * @throws Problem `image_not_ready` if no model of the tenant has vectors of the image; `dependency_unavailable`
 */
export function detectDuplicates(ports: DetectPorts) {
  const { imageStore, groups, tenants, publisher, now = () => new Date() } = ports;
  const join = joinGroup(ports);
  const leave = leaveGroup(ports);

  /** Detects the duplicates of an image that is indexed. */
  const detect = async (owner: Tenant, record: IndexedRecord, event: ImagesIndexedV1) => {
    const { tenant_id: tenant, image_id: image } = record;
    const manifest = manifestFor(ports.manifests, owner, record);
    const embedding = (await imageStore.getVectors(tenant, [image], manifest.name)).get(image);
    if (!embedding) throw new Problem('image_not_ready', `${manifest.name} has no vectors of ${image}.`);
    // 2. find its copies and join their group
    const at = now().toISOString();
    const matches = await findMatches({ ...ports, manifest })(tenant, record, embedding);
    const joined = await join(tenant, { image_id: image, content: contentOf(record) }, matches, at);
    if (!joined) return undefined;
    // 3. remove members that were purged meanwhile
    const members = await readMembers(imageStore, tenant, joined.group);
    const gone = joined.group.members.filter((member) => !members.has(member.image_id));
    for (const member of gone) await leave(tenant, member.image_id, at);
    if (members.size < 2) return undefined;
    // 4. publish each version once; if it cannot be recorded, the redelivery publishes the same id
    if (joined.group.told_version !== joined.group.version) {
      await publisher.publish(tenant, [duplicatesFound(owner, joined.group, members, event, at)]);
      await groups.markPublished(joined.group);
    }
    return joined.group;
  };

  return async (event: ImagesIndexedV1): Promise<DuplicateGroup | undefined> => {
    const tenant = tenantId(event.tenantid);
    const image = imageId(event.data.image_id);
    // 1. read the image; a purged one leaves the group that an interrupted delivery may have put it into
    const [record, owner] = await Promise.all([imageStore.get(tenant, image), tenants.get(tenant)]);
    if (!record || record.status === 'purged') await leave(tenant, image);
    if (!owner || !record || !isIndexed(record)) return undefined;
    const group = await detect(owner, record, event);
    // 5. it waits no more; an earlier attempt may have failed
    if (record.undetected || record.failure) await imageStore.noteDetected(tenant, image);
    return group;
  };
}

/** Returns the tenant's search model, or another model of the tenant if the image lacks vectors of that one. */
function manifestFor(
  manifests: DetectPorts['manifests'],
  owner: Tenant,
  { image_id, models }: IndexedRecord,
): ModelManifest {
  const [first, ...others] = manifests;
  const { chosen } = modelsOf(owner, [first.name, ...others.map(({ name }) => name)]);
  const name = chosen.find((model) => models.includes(model));
  const manifest = manifests.find((each) => each.name === name);
  if (!manifest)
    throw new Problem('image_not_ready', `None of ${chosen.join(', ')} has vectors of ${image_id}.`);
  return manifest;
}

async function readMembers(
  imageStore: Pick<ImageStore, 'getMany'>,
  tenant: TenantId,
  group: DuplicateGroup,
): Promise<Map<string, IndexedRecord>> {
  const records = await imageStore.getMany(
    tenant,
    group.members.map((member) => member.image_id),
  );
  return new Map(records.filter(isIndexed).map((record) => [record.image_id, record]));
}

function duplicatesFound(
  { settings }: Tenant,
  group: DuplicateGroup,
  records: ReadonlyMap<string, IndexedRecord>,
  cause: ImagesIndexedV1,
  at: string,
): DuplicatesFoundV1 {
  const { image_id } = cause.data;
  const keeper = suggestKeeper([...records.values()], settingsOf(settings).keeper_rule)?.imageId ?? image_id;
  const kept = group.members.find((member) => member.image_id === keeper);
  const members = group.members.flatMap((member) => {
    const record = records.get(member.image_id);
    return record ? [{ ...memberFields(record), ...towards(kept ?? member, member) }] : [];
  });
  const listed = fittingEntries(members, (member) => [image_id, keeper].includes(member.image_id));
  return newEvent('duplicates.found', {
    id: `${group.group_id}.v${group.version}.duplicates.found`,
    tenant: group.tenant_id,
    subject: group.group_id,
    correlationId: cause.correlationid,
    time: at,
    data: {
      group_id: group.group_id,
      image_id,
      verdict: group.verdict,
      confidence: group.confidence,
      suggested_keeper: keeper,
      members: listed,
      ...(listed.length < members.length && { members_total: members.length }),
      found_at: at,
    },
  });
}

const memberFields = (record: IndexedRecord) => ({
  image_id: record.image_id,
  file_name: record.file_path.split('/').at(-1) ?? record.file_path,
  file_path: record.file_path,
  storage_location: record.storage_location,
  file_size: record.file_size,
  content_type: record.content_type,
  hash_sha256: record.hash_sha256,
  width: record.width,
  height: record.height,
  created_at: record.created_at,
});
