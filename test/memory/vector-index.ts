import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { abandon, begin, finish, type Step } from '#shared/vector-index/builds.ts';
import { candidates } from '#shared/vector-index/candidates.ts';
import { documentDigest } from '#shared/vector-index/document-digest.ts';
import { metadataEntries, wantedEntries } from '#shared/vector-index/metadata-entries.ts';
import {
  nextPartition,
  type Partition,
  type PartitionLayout,
  partitionName,
  partitionsOf,
  requireNextPartition,
  servingPartition,
  sharedPartition,
} from '#shared/vector-index/partitions.ts';
import { vectorFault } from '#shared/vector-index/vector-fault.ts';
import type {
  Build,
  Side,
  VectorDocument,
  VectorFilter,
  VectorIndex,
} from '#shared/vector-index/vector-index.ts';

/** Documents by their tenants. */
type Documents = Map<TenantId, Map<ImageId, VectorDocument>>;

interface Model {
  dimension: number;
  layout: PartitionLayout;
  /** Keyed by the partition's name. */
  contents: Map<string, Documents>;
}

/** Compares every vector with every query: the reference for the other technologies. */
export function memoryVectorIndex(): VectorIndex {
  const models = new Map<string, Model>();
  const modelOf = (model: string): Model =>
    models.get(model) ?? { dimension: 0, layout: { model, last: 0, partitions: [] }, contents: new Map() };

  function documentsOf(
    { contents }: Model,
    partition: Partition,
    tenant: TenantId,
  ): Map<ImageId, VectorDocument> {
    const tenants: Documents = contents.get(partition.name) ?? new Map();
    const documents = tenants.get(tenant) ?? new Map<ImageId, VectorDocument>();
    contents.set(partition.name, tenants.set(tenant, documents));
    return documents;
  }

  function onSide(tenant: TenantId, model: string, side: Side = 'serving'): Map<ImageId, VectorDocument> {
    const known = modelOf(model);
    const partition =
      side === 'next' ? requireNextPartition(known.layout, tenant) : servingPartition(known.layout, tenant);
    return documentsOf(known, partition, tenant);
  }

  function applyStep({ leftovers, layout }: Step, build: Build): void {
    const known = modelOf(build.model);
    const shared = sharedPartition(layout);
    if (leftovers && shared && build.of === 'tenant') documentsOf(known, shared, build.tenant).clear();
    const kept = layout.partitions.map(({ name }) => [name, known.contents.get(name) ?? new Map()] as const);
    models.set(build.model, { dimension: build.dimension, layout, contents: new Map(kept) });
  }

  const index: VectorIndex = {
    async prepare(model, dimension) {
      if (models.has(model)) return;
      const partitions: Partition[] = [{ name: partitionName(model, 1), roles: ['serving'] }];
      models.set(model, { dimension, layout: { model, last: 1, partitions }, contents: new Map() });
    },

    async upsert(tenant, model, documents, only) {
      const known = modelOf(model);
      const { layout, dimension } = known;
      const home = only ? requireNextPartition(layout, tenant) : servingPartition(layout, tenant);
      const partitions = new Set([home, nextPartition(layout, tenant) ?? home]);
      return documents.flatMap((document) => {
        const reason = vectorFault(document, dimension);
        if (reason) return [{ imageId: document.imageId, reason }];
        for (const partition of partitions)
          documentsOf(known, partition, tenant).set(document.imageId, structuredClone(document));
        return [];
      });
    },

    async search(tenant, model, query) {
      const documents = [...onSide(tenant, model).values()];
      const fault = vectorFault(query, modelOf(model).dimension);
      if (fault) throw new Problem('invalid_request', fault);
      const matching = documents.filter((document) => matches(document, query.filter ?? {}));
      const nearest = (by: 'semantic' | 'copy') =>
        matching
          .map((document) => ({ imageId: document.imageId, cosine: cosine(document[by], query[by]) }))
          .sort((one, other) => other.cosine - one.cosine)
          .slice(0, query.k);
      return candidates(nearest('semantic'), nearest('copy'));
    },

    async remove(tenant, model, imageIds, only) {
      const known = modelOf(model);
      const partitions = only
        ? [requireNextPartition(known.layout, tenant)]
        : partitionsOf(known.layout, tenant);
      const gone = partitions.map((partition) => {
        const documents = documentsOf(known, partition, tenant);
        return imageIds.filter((id) => documents.delete(id)).length;
      });
      return gone[0] ?? 0;
    },

    async removeTenant(tenant, model) {
      const known = modelOf(model);
      return partitionsOf(known.layout, tenant).reduce((removed, partition) => {
        const documents = documentsOf(known, partition, tenant);
        const { size } = documents;
        documents.clear();
        return removed + size;
      }, 0);
    },

    async models() {
      return [...models.keys()];
    },

    async count(tenant, model, side) {
      return onSide(tenant, model, side).size;
    },

    async list(tenant, model, { below, limit }, side) {
      return [...onSide(tenant, model, side).values()]
        .filter(({ imageId }) => below === undefined || imageId < below)
        .sort((one, other) => (one.imageId < other.imageId ? 1 : -1))
        .slice(0, limit)
        .map((document) => ({ imageId: document.imageId, digest: documentDigest(document) }));
    },

    async placement(tenant, model) {
      return servingPartition(modelOf(model).layout, tenant).tenant ? 'own' : 'shared';
    },

    async beginBuild(build) {
      await index.prepare(build.model, build.dimension);
      applyStep(begin(modelOf(build.model).layout, build), build);
    },

    async finishBuild(build) {
      applyStep(finish(modelOf(build.model).layout, build), build);
    },

    async abandonBuild(build) {
      if (models.has(build.model)) applyStep(abandon(modelOf(build.model).layout, build), build);
    },

    memoryFor: async () => 'unbounded',

    async health() {
      return { status: 'ok' };
    },
  };
  return index;
}

function matches(document: VectorDocument, filter: VectorFilter): boolean {
  const createdAt = Date.parse(document.createdAt);
  const entries = new Set(metadataEntries(document.metadata));
  return (
    (filter.storageLocations?.includes(document.storageLocation) ?? true) &&
    (filter.format === undefined || filter.format === document.format) &&
    (filter.createdAfter === undefined || createdAt >= Date.parse(filter.createdAfter)) &&
    (filter.createdBefore === undefined || createdAt <= Date.parse(filter.createdBefore)) &&
    wantedEntries(filter).every((wanted) => wanted.some((entry) => entries.has(entry)))
  );
}

/** Returns the cosine of two unit vectors of one dimension. */
const cosine = (one: Float32Array, other: Float32Array): number =>
  one.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0);
