/** The part of the SDK for Node: uploads of files on disk, and a ledger in a file. */

export { type FileLedger, openLedger } from './node/file-ledger.ts';
export { fileOnDisk, filesOnDisk } from './node/file-on-disk.ts';
