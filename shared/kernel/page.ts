/** A page of a list. */
export interface Page<Item> {
  items: Item[];
  /** Opaque and bound to the tenant and query; absent on the last page. */
  nextCursor?: string;
}
