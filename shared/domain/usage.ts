/** What a tenant stores: pictures that were accepted, and the bytes of their files. Exact. */
export interface Stored {
  images: number;
  bytes: number;
}
