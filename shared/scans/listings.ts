import type { Connector, StorageObject } from '#shared/connectors/connector.ts';
import type { JobId } from '#shared/kernel/ids.ts';

/** An open listing: what was read of it and not handled, and the rest. */
interface Listing {
  /** The last key that was handled. */
  after: string | undefined;
  read: readonly StorageObject[];
  pages: AsyncIterator<readonly StorageObject[]>;
}

/** A page to handle. */
export interface ListedPage {
  objects: readonly StorageObject[];
  /** It was read for this page: the cost is a call. */
  calls: number;
}

/**
 * Listings of storages that are read page by page, over several parts of a job's work. A listing goes on where the job's
 * cursor is; if that is not where it was left, it begins anew behind the cursor.
 */
export function listings() {
  const open = new Map<JobId, Listing>();
  return {
    /** @returns the next objects behind the cursor, at least one; undefined at the end of the listing */
    async next(
      job: JobId,
      after: string | undefined,
      connect: () => Promise<Connector>,
    ): Promise<ListedPage | undefined> {
      let listing = open.get(job);
      if (!listing || listing.after !== after) {
        const connector = await connect();
        const pages = connector.list(after === undefined ? {} : { after });
        listing = { after, read: [], pages: pages[Symbol.asyncIterator]() };
        open.set(job, listing);
      }
      let calls = 0;
      while (listing.read.length === 0) {
        // A listing that has failed would say that it is at its end.
        const { done, value } = await listing.pages.next().catch((error: unknown) => {
          open.delete(job);
          throw error;
        });
        calls += 1;
        if (done) {
          open.delete(job);
          return undefined;
        }
        listing.read = value;
      }
      return { objects: listing.read, calls };
    },
    /** Notes that objects up to a key were handled. */
    handled(job: JobId, count: number, last: string): void {
      const listing = open.get(job);
      if (!listing) return;
      listing.read = listing.read.slice(count);
      listing.after = last;
    },
    forget(job: JobId): void {
      open.delete(job);
    },
  };
}
