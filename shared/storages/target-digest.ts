import { createHash } from 'node:crypto';
import type { StorageTarget } from '#shared/connectors/storage-target.ts';

/** Returns the SHA-256, in hex, of what identifies a bucket and prefix, whichever credentials open them. */
export function targetDigest({ prefix, ...target }: StorageTarget & { prefix: string }): string {
  return createHash('sha256')
    .update(JSON.stringify([target.type, ...placeOf(target), prefix]))
    .digest('hex');
}

function placeOf({ type, config }: StorageTarget): (string | undefined)[] {
  switch (type) {
    case 's3':
      return [config.bucket];
    case 'minio':
      return [new URL(config.endpoint).origin, config.bucket];
    case 'azure_blob':
      return [config.endpoint && new URL(config.endpoint).origin, config.account, config.container];
    case 'gcs':
      return [config.endpoint && new URL(config.endpoint).origin, config.bucket];
  }
}
