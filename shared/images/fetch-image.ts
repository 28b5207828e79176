import { sniff } from '#shared/imaging/sniff.ts';
import { IMAGE_LIMITS } from '#shared/kernel/image-limits.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { WebClient, WebPurpose } from '#shared/web/web-client.ts';

const IMPORT: Omit<WebPurpose, 'seconds'> = {
  schemes: ['https:', 'http:'],
  ports: [80, 443],
  redirects: 3,
  connectSeconds: 5,
  bytes: IMAGE_LIMITS.fileBytes,
  longer: 'refuse',
};
const HEADERS = { accept: 'image/*', 'user-agent': 'DeepLens-Images/1' };

/**
 * Fetches an image from its URL, once.
 * @param seconds until the last byte
 * @throws Problem `unsafe_url`, `url_unreachable`, `url_not_an_image`, `payload_too_large`
 */
export const fetchImage =
  ({ web, seconds }: { web: Pick<WebClient, 'fetch'>; seconds: number }) =>
  async (url: string): Promise<Uint8Array> => {
    const { status, bytes } = await web.fetch(
      url,
      { ...IMPORT, seconds },
      { method: 'GET', headers: HEADERS },
    );
    if (status < 200 || status > 299)
      throw new Problem('url_unreachable', `The URL answers with the status ${status}, not with an image.`);
    await sniff(bytes).catch((error: unknown) => {
      if (!(error instanceof Problem)) throw error;
      throw new Problem('url_not_an_image', `The URL leads to no image that is read. ${error.message}`);
    });
    return bytes;
  };

/** The longest file name that is taken, in characters. */
const MAX_NAME = 1_024;

/** Returns the last part of a URL’s path; what follows it can hold a signature, and is left out. */
export function fileNameOf(url: string): string {
  const part = URL.parse(url)?.pathname.split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(part).slice(0, MAX_NAME).toWellFormed();
  } catch {
    return part.slice(0, MAX_NAME);
  }
}
