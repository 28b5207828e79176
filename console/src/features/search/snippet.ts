import type { Region } from './region.ts';

/** A search as it is shown as code. */
export interface SearchInput {
  image?: string | undefined;
  url?: string | undefined;
  fileName?: string | undefined;
  threshold: number;
  region?: Region | undefined;
  /** List the best of each duplicate group alone. */
  best?: true | undefined;
  /** As the API takes them. */
  filters?: object | undefined;
}

/** Returns the fields beside the picture, by their names in the API. */
const fieldsOf = ({ threshold, region, best, filters }: SearchInput): Record<string, unknown> => ({
  similarity_threshold: threshold,
  ...(region && { region }),
  ...(best && { deduplicate: true }),
  ...(filters && { filters }),
});

/** Returns the command that makes the same search. The key is a placeholder. */
export function asCurl(api: string, input: SearchInput): string {
  const { image, url, fileName } = input;
  const call = `curl -H 'x-api-key: YOUR_KEY' ${api}/search/similarity`;
  const fields = fieldsOf(input);
  if (fileName !== undefined) {
    const parts = Object.entries(fields).map(
      ([name, value]) => ` -F '${name}=${quoted(JSON.stringify(value))}'`,
    );
    return `${call} \\\n  -F 'file=@${quoted(fileName)}'${parts.join('')}`;
  }
  const body = JSON.stringify({
    ...(image !== undefined ? { image_id: image } : { image_url: url }),
    ...fields,
  });
  return `${call} \\\n  -H 'content-type: application/json' -d '${quoted(body)}'`;
}

/** Returns the same search by the SDK. */
export function asSdk(input: SearchInput): string {
  const { image, url, fileName } = input;
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
    ...Object.entries(fieldsOf(input)).map(([name, value]) => `  ${name}: ${JSON.stringify(value)},`),
    '});',
  ].join('\n');
}

/** For a POSIX shell, within single quotes. */
const quoted = (text: string): string => text.replaceAll("'", String.raw`'\''`);
