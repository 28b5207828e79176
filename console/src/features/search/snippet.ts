/** A search as it is shown as code. */
export interface SearchInput {
  image?: string | undefined;
  url?: string | undefined;
  fileName?: string | undefined;
  threshold: number;
}

/** Returns the command that makes the same search. The key is a placeholder. */
export function asCurl(api: string, { image, url, fileName, threshold }: SearchInput): string {
  const call = `curl -H 'x-api-key: YOUR_KEY' ${api}/search/similarity`;
  if (fileName !== undefined)
    return `${call} \\\n  -F 'file=@${quoted(fileName)}' -F similarity_threshold=${threshold}`;
  const body = JSON.stringify({
    ...(image !== undefined ? { image_id: image } : { image_url: url }),
    similarity_threshold: threshold,
  });
  return `${call} \\\n  -H 'content-type: application/json' -d '${quoted(body)}'`;
}

/** Returns the same search by the SDK. */
export function asSdk({ image, url, fileName, threshold }: SearchInput): string {
  const query =
    fileName !== undefined
      ? `file: await openAsBlob(${JSON.stringify(fileName)})`
      : image !== undefined
        ? `image_id: ${JSON.stringify(image)}`
        : `image_url: ${JSON.stringify(url)}`;
  return [
    ...(fileName === undefined ? [] : ["import { openAsBlob } from 'node:fs';"]),
    "import { DeepLens } from '@deeplens/sdk';",
    '',
    'const deeplens = new DeepLens();',
    'const { results } = await deeplens.search.similarity({',
    `  ${query},`,
    `  similarity_threshold: ${threshold},`,
    '});',
  ].join('\n');
}

/** For a POSIX shell, within single quotes. */
const quoted = (text: string): string => text.replaceAll("'", String.raw`'\''`);
