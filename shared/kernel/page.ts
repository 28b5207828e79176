export interface Page<Item> {
  items: Item[];
  /** Opaque; bound to the tenant and the query that it came from. */
  nextCursor?: string;
}
