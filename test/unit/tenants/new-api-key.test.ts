import { describe, expect, it } from 'vitest';
import { newKeyId } from '#shared/kernel/ids.ts';
import { hashApiKey, keyIdOf, newApiKey, sameHash } from '#shared/tenants/new-api-key.ts';

describe('API keys', () => {
  it('contain kind, id and a secret of 256 bits', () => {
    const id = newKeyId();
    const key = newApiKey(id);
    expect(key).toMatch(/^dl_live_[0-9A-Z]{26}_[0-9a-f]{64}$/);
    expect(newApiKey(id, 'publishable')).toMatch(/^dl_pub_[0-9A-Z]{26}_[0-9a-f]{64}$/);
    expect(keyIdOf(key)).toBe(id);
    expect(keyIdOf(newApiKey(id, 'publishable'))).toBe(id);
    expect(newApiKey(id)).not.toBe(key);
  });

  it('are hashed with SHA-256', () => {
    expect(hashApiKey('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  it('are compared by their hashes', () => {
    const [one, other] = [newApiKey(newKeyId()), newApiKey(newKeyId())];
    expect(sameHash(hashApiKey(one), hashApiKey(one))).toBe(true);
    expect(sameHash(hashApiKey(one), hashApiKey(other))).toBe(false);
    expect(sameHash(hashApiKey(one), hashApiKey(one).slice(1))).toBe(false);
  });
  it.each(['', 'dl_live_x_y', `x${newApiKey(newKeyId())}`, newApiKey(newKeyId()).replace('live', 'test')])(
    'yield no id for the invalid key "%s"',
    (text) => {
      expect(keyIdOf(text)).toBeUndefined();
    },
  );
});
