import { BlockList, isIP } from 'node:net';

/** IPv4 ranges that no host of the public internet has (IANA’s special-purpose registry, multicast, the reserved rest). */
const NOT_PUBLIC_V4: readonly [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10], // carrier-grade NAT
  ['127.0.0.0', 8],
  ['169.254.0.0', 16], // link-local: the metadata services of clouds, Lambda’s own addresses
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24], // 6to4 relays
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

/** Within 2000::/3; everything outside of it is refused: mapped, compatible and translated IPv4, NAT64, local addresses. */
const NOT_PUBLIC_V6: readonly [string, number][] = [
  ['2001::', 23], // Teredo and other protocols’ own addresses
  ['2001:db8::', 32],
  ['2002::', 16], // 6to4: an IPv4 address inside
  ['3fff::', 20],
];

const refusedV4 = new BlockList();
for (const [net, prefix] of NOT_PUBLIC_V4) refusedV4.addSubnet(net, prefix, 'ipv4');
const globalV6 = new BlockList();
globalV6.addSubnet('2000::', 3, 'ipv6');
const refusedV6 = new BlockList();
for (const [net, prefix] of NOT_PUBLIC_V6) refusedV6.addSubnet(net, prefix, 'ipv6');

/** Returns true for an IP address of the public internet, decided by its number; false for any other text. */
export function isPublicAddress(address: string): boolean {
  if (address.includes('%')) return false; // a zone is for local addresses only
  if (isIP(address) === 4) return !refusedV4.check(address, 'ipv4');
  return isIP(address) === 6 && globalV6.check(address, 'ipv6') && !refusedV6.check(address, 'ipv6');
}
