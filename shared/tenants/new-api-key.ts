import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type KeyId, keyId } from '#shared/kernel/ids.ts';
import type { KeyKind } from '#shared/kernel/vocabulary.ts';

const PREFIX = { live: 'dl_live_', publishable: 'dl_pub_' } as const satisfies Record<KeyKind, string>;

/** `dl_live_` or `dl_pub_`, the key id without its prefix, and the secret: 256 bits in hex. */
const API_KEY_PATTERN = /^dl_(?:live|pub)_([0-9A-HJKMNP-TV-Z]{26})_[0-9a-f]{64}$/;

const apiKey = (kind: KeyKind, id: KeyId, secret: string): string =>
  `${PREFIX[kind]}${id.slice('key_'.length)}_${secret}`;

/** Generates a key. It is shown once; only its hash is stored. */
export const newApiKey = (id: KeyId, kind: KeyKind = 'live'): string =>
  apiKey(kind, id, randomBytes(32).toString('hex'));

/** Returns the SHA-256 of the whole key in lower-case hex. It needs no salt or stretching: the secret has 256 random bits. */
export const hashApiKey = (key: string): string => createHash('sha256').update(key).digest('hex');

/** Compares two digests in constant time. */
export const sameHash = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));

/** Returns the id within a key, for logs; undefined if the text is not a key. The key is not verified. */
export function keyIdOf(key: string): KeyId | undefined {
  const ulid = API_KEY_PATTERN.exec(key)?.[1];
  return ulid === undefined ? undefined : keyId(`key_${ulid}`);
}
