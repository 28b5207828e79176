import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { forwardTo } from '../../fixtures/forward.ts';

/** How each protocol says that a listing has no objects, and is at its end. */
const EMPTY = {
  s3: {
    isListing: ({ searchParams }: URL) => searchParams.get('list-type') === '2',
    type: 'application/xml',
    body: '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><KeyCount>0</KeyCount><IsTruncated>false</IsTruncated></ListBucketResult>',
  },
  azure: {
    isListing: ({ searchParams }: URL) => searchParams.get('comp') === 'list',
    type: 'application/xml',
    body: '<?xml version="1.0" encoding="utf-8"?><EnumerationResults><Blobs></Blobs><NextMarker></NextMarker></EnumerationResults>',
  },
  gcs: {
    isListing: ({ pathname }: URL) => pathname.endsWith('/o'),
    type: 'application/json',
    body: '{"kind":"storage#objects"}',
  },
};
export type Protocol = keyof typeof EMPTY;

/** Starts a proxy before a server that answers one page of a listing as if the storage ended there. */
export async function emptyPageProxy(protocol: Protocol, address: string) {
  const { isListing, type, body } = EMPTY[protocol];
  const forward = forwardTo(address);
  let emptyAt: number | undefined;
  let pages = 0;
  const server = createServer((incoming, outgoing) => {
    if (isListing(new URL(incoming.url ?? '/', 'http://proxy.invalid'))) {
      pages += 1;
      if (pages === emptyAt) {
        outgoing.writeHead(200, { 'content-type': type }).end(body);
        return;
      }
    }
    forward(incoming, outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // The cast: the address of a server that listens on a port.
  const { port: own } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${own}`,
    /** Answers this page, from 1 on, of the pages that are listed next. */
    emptyAt(page: number): void {
      emptyAt = page;
      pages = 0;
    },
    async stop(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
