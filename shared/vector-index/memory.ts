import type { ImageId, TenantId } from '#shared/domain/ids.ts';
import { Problem } from '#shared/domain/problems.ts';
import { candidates } from './candidates.ts';
import { metadataEntries, wantedEntries } from './metadata-entries.ts';
import { vectorFault } from './vector-fault.ts';
import type { VectorDocument, VectorFilter, VectorIndex } from './vector-index.ts';

interface Space {
  dimension: number;
  tenants: Map<TenantId, Map<ImageId, VectorDocument>>;
}

/** Every vector compared with every query: what the other technologies are measured against. */
export function memoryVectorIndex(): VectorIndex {
  const spaces = new Map<string, Space>();
  const spaceOf = (model: string): Space => {
    const space = spaces.get(model);
    if (!space)
      throw new Problem('dependency_unavailable', `The index has no space for the model ${model} yet.`);
    return space;
  };
  const documentsOf = (tenant: TenantId, model: string): Map<ImageId, VectorDocument> => {
    const { tenants } = spaceOf(model);
    const documents = tenants.get(tenant) ?? new Map<ImageId, VectorDocument>();
    tenants.set(tenant, documents);
    return documents;
  };

  return {
    async prepare(model, dimension) {
      if (!spaces.has(model)) spaces.set(model, { dimension, tenants: new Map() });
    },

    async upsert(tenant, model, documents) {
      const { dimension } = spaceOf(model);
      const kept = documentsOf(tenant, model);
      return documents.flatMap((document) => {
        const reason = vectorFault(document, dimension);
        if (reason) return [{ imageId: document.imageId, reason }];
        kept.set(document.imageId, structuredClone(document));
        return [];
      });
    },

    async search(tenant, model, query) {
      const fault = vectorFault(query, spaceOf(model).dimension);
      if (fault) throw new Problem('invalid_request', fault);
      const documents = [...documentsOf(tenant, model).values()].filter((document) =>
        matches(document, query.filter ?? {}),
      );
      const nearest = (by: 'semantic' | 'copy') =>
        documents
          .map((document) => ({ imageId: document.imageId, cosine: cosine(document[by], query[by]) }))
          .sort((one, other) => other.cosine - one.cosine)
          .slice(0, query.k);
      return candidates(nearest('semantic'), nearest('copy'));
    },

    async remove(tenant, model, imageIds) {
      const documents = documentsOf(tenant, model);
      return imageIds.filter((id) => documents.delete(id)).length;
    },

    async removeTenant(tenant, model) {
      const documents = documentsOf(tenant, model);
      const removed = documents.size;
      documents.clear();
      return removed;
    },

    async models() {
      return [...spaces.keys()];
    },

    async count(tenant, model) {
      return documentsOf(tenant, model).size;
    },

    async health() {
      return { status: 'ok' };
    },
  };
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
