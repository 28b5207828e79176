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
  /** Notes that this many of its objects were handled, and that the cursor is at a key. */
  handled(count: number, after: string | undefined): void;
}

/**
 * Listings of storages that are read page by page, over several parts of a job's work. A listing goes on where the job's
 * cursor is; if that is not where it was left, it begins anew behind the cursor. A page that nobody says was handled, such
 * as that of a worker which was superseded, takes its listing with it: of two workers, each reads its own.
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
      const left = open.get(job);
      open.delete(job); // also for a listing that fails: it would say next that it is at its end
      const listing = left?.after === after && left !== undefined ? left : await begin(after, connect);
      let calls = 0;
      while (listing.read.length === 0) {
        const { done, value } = await listing.pages.next();
        calls += 1;
        if (done) return undefined;
        listing.read = value;
      }
      const handled = (count: number, last: string | undefined): void => {
        open.set(job, { ...listing, read: listing.read.slice(count), after: last });
      };
      return { objects: listing.read, calls, handled };
    },
    forget(job: JobId): void {
      open.delete(job);
    },
  };
}

async function begin(after: string | undefined, connect: () => Promise<Connector>): Promise<Listing> {
  const pages = (await connect()).list(after === undefined ? {} : { after });
  return { after, read: [], pages: pages[Symbol.asyncIterator]() };
}
