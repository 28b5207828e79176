import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { abandon, begin, finish, type Step } from '#shared/vector-index/builds.ts';
import { candidates } from '#shared/vector-index/candidates.ts';
import { documentDigest } from '#shared/vector-index/document-digest.ts';
import { metadataEntries, wantedEntries } from '#shared/vector-index/metadata-entries.ts';
import {
  demandNext,
  homeOf,
  type Layout,
  nextOf,
  type Space,
  sharedOf,
  spaceName,
  whereabouts,
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
  layout: Layout;
  /** By the space's name. */
  contents: Map<string, Documents>;
}

/** Every vector compared with every query: what the other technologies are measured against. */
export function memoryVectorIndex(): VectorIndex {
  const models = new Map<string, Model>();
  const modelOf = (model: string): Model =>
    models.get(model) ?? { dimension: 0, layout: { model, last: 0, spaces: [] }, contents: new Map() };

  function documentsOf({ contents }: Model, space: Space, tenant: TenantId): Map<ImageId, VectorDocument> {
    const tenants: Documents = contents.get(space.name) ?? new Map();
    const documents = tenants.get(tenant) ?? new Map<ImageId, VectorDocument>();
    contents.set(space.name, tenants.set(tenant, documents));
    return documents;
  }

  function onSide(tenant: TenantId, model: string, side: Side = 'serving'): Map<ImageId, VectorDocument> {
    const known = modelOf(model);
    const space = side === 'next' ? demandNext(known.layout, tenant) : homeOf(known.layout, tenant);
    return documentsOf(known, space, tenant);
  }

  function take({ leftovers, layout }: Step, build: Build): void {
    const known = modelOf(build.model);
    const shared = sharedOf(layout);
    if (leftovers && shared && build.of === 'tenant') documentsOf(known, shared, build.tenant).clear();
    const kept = layout.spaces.map(({ name }) => [name, known.contents.get(name) ?? new Map()] as const);
    models.set(build.model, { dimension: build.dimension, layout, contents: new Map(kept) });
  }

  const index: VectorIndex = {
    async prepare(model, dimension) {
      if (models.has(model)) return;
      const spaces: Space[] = [{ name: spaceName(model, 1), roles: ['serving'] }];
      models.set(model, { dimension, layout: { model, last: 1, spaces }, contents: new Map() });
    },

    async upsert(tenant, model, documents, only) {
      const known = modelOf(model);
      const { layout, dimension } = known;
      const home = only ? demandNext(layout, tenant) : homeOf(layout, tenant);
      const spaces = new Set([home, nextOf(layout, tenant) ?? home]);
      return documents.flatMap((document) => {
        const reason = vectorFault(document, dimension);
        if (reason) return [{ imageId: document.imageId, reason }];
        for (const space of spaces)
          documentsOf(known, space, tenant).set(document.imageId, structuredClone(document));
        return [];
      });
    },

    async search(tenant, model, query) {
      const held = [...onSide(tenant, model).values()];
      const fault = vectorFault(query, modelOf(model).dimension);
      if (fault) throw new Problem('invalid_request', fault);
      const documents = held.filter((document) => matches(document, query.filter ?? {}));
      const nearest = (by: 'semantic' | 'copy') =>
        documents
          .map((document) => ({ imageId: document.imageId, cosine: cosine(document[by], query[by]) }))
          .sort((one, other) => other.cosine - one.cosine)
          .slice(0, query.k);
      return candidates(nearest('semantic'), nearest('copy'));
    },

    async remove(tenant, model, imageIds, only) {
      const known = modelOf(model);
      const spaces = only ? [demandNext(known.layout, tenant)] : whereabouts(known.layout, tenant);
      const gone = spaces.map((space) => {
        const documents = documentsOf(known, space, tenant);
        return imageIds.filter((id) => documents.delete(id)).length;
      });
      return gone[0] ?? 0;
    },

    async removeTenant(tenant, model) {
      const known = modelOf(model);
      return whereabouts(known.layout, tenant).reduce((removed, space) => {
        const documents = documentsOf(known, space, tenant);
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
      return homeOf(modelOf(model).layout, tenant).tenant ? 'own' : 'shared';
    },

    async beginBuild(build) {
      await index.prepare(build.model, build.dimension);
      take(begin(modelOf(build.model).layout, build), build);
    },

    async finishBuild(build) {
      take(finish(modelOf(build.model).layout, build), build);
    },

    async abandonBuild(build) {
      if (models.has(build.model)) take(abandon(modelOf(build.model).layout, build), build);
    },

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

/** Of two unit vectors of one dimension. */
const cosine = (one: Float32Array, other: Float32Array): number =>
  one.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0);
