import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isPublicAddress } from '#shared/web/public-addresses.ts';

it.each(['1.1.1.1', '8.8.8.8', '93.184.215.14', '2606:4700:4700::1111', '2a00:1450:4001:80b::200e'])(
  'takes %s',
  (address) => {
    expect(isPublicAddress(address)).toBe(true);
  },
);

it.each(['', 'localhost', '1.1.1', '2606:4700::1111%eth0', '[2606:4700::1111]', '1.1.1.1:80'])(
  'refuses the text %j',
  (text) => {
    expect(isPublicAddress(text)).toBe(false);
  },
);

it('refuses every IPv6 address outside of 2000::/3, whatever IPv4 address is inside', () => {
  const group = fc.integer({ min: 0, max: 0xffff }).map((number) => number.toString(16));
  fc.assert(
    fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
      const first = Number.parseInt(groups[0] ?? '', 16);
      fc.pre(first < 0x2000 || first > 0x3fff);
      expect(isPublicAddress(groups.join(':'))).toBe(false);
    }),
  );
});
