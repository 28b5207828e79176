import { expect, it } from 'vitest';
import { fetchImage, fileNameOf } from '#shared/images/fetch-image.ts';
import { photograph } from '../../fixtures/photographs.ts';

const fetching = (status: number, bytes: Uint8Array) =>
  fetchImage({
    web: { fetch: async () => ({ status, bytes, headers: {}, cut: false, ip: '' }) },
    seconds: 1,
  })('https://example.com/');

it('returns the bytes of an image, whatever type was declared', async () => {
  const bytes = await photograph('allium-oreophilum');
  expect(await fetching(200, bytes)).toBe(bytes);
});

it.each([
  [404, 'an image', 'url_unreachable'],
  [304, '', 'url_unreachable'],
  [200, '', 'url_not_an_image'],
  [200, '<!doctype html><html></html>', 'url_not_an_image'],
  [200, '%PDF-1.7', 'url_not_an_image'],
])('refuses the status %i with %j as %s', async (status, body, code) => {
  await expect(fetching(status, Buffer.from(body))).rejects.toMatchObject({ code });
});

it.each([
  ['https://example.com/a/flower%20one.jpg?signature=secret#x', 'flower one.jpg'],
  ['https://example.com/', ''],
  ['https://example.com', ''],
  ['https://example.com/%E0%A4%A', '%E0%A4%A'],
  ['https://example.com/%ED%A0%80', '%ED%A0%80'],
  [`https://example.com/${'a'.repeat(2_000)}`, 'a'.repeat(1_024)],
])('names %s %j', (url, name) => {
  expect(fileNameOf(url)).toBe(name);
});
