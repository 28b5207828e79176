/** A verb of HTTP as IAM names it, and the path below the domain's address, with `*` for any characters. */
export type IndexRequest = readonly ['Get' | 'Post' | 'Put' | 'Delete', string];

const LAYOUT: IndexRequest = ['Get', '*'];
const BULK: IndexRequest = ['Put', '*/_bulk'];

/**
 * The requests behind each method of the vector index, as a policy can tell them apart. A verb alone would allow too much:
 * a search is a POST, and so is the removal of a tenant's documents.
 * @param models the names of the installed models
 */
export const indexRequests = (models: readonly string[]) =>
  ({
    health: [['Get', '_cluster/health']],
    search: [['Post', '_msearch']],
    // The first index of a model by its own path, which takes no document.
    prepare: [
      LAYOUT,
      ['Post', '*/_mapping'],
      ...models.map((model) => ['Put', `images-${model}-000001`] as const),
    ],
    write: [LAYOUT, BULK],
    count: [LAYOUT, ['Post', '*/_count']],
    list: [LAYOUT, ['Post', '*/_search']],
    // The statistics of nodes and indices, and the mappings.
    memory: [LAYOUT],
    removeTenant: [LAYOUT, ['Post', '*/_delete_by_query']],
    build: [
      LAYOUT,
      ['Post', '_aliases'],
      ['Post', '*/_delete_by_query'],
      ['Put', 'images-*'],
      ['Delete', 'images-*'],
    ],
  }) as const satisfies Record<string, readonly IndexRequest[]>;

export type IndexUse = keyof ReturnType<typeof indexRequests>;
