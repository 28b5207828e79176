import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { asCurl, asSdk } from '../../../console/src/features/search/snippet.ts';

const API = 'https://api.example.com/api/v1';
/** What a POSIX shell makes of a command's words. */
const words = (command: string): string[] =>
  execFileSync('sh', ['-c', command.replace(/^curl/, "printf '%s\\n'")], { encoding: 'utf8' })
    .trim()
    .split('\n');

it.each([
  [
    { image: 'img_1', threshold: 0.7 },
    { image_id: 'img_1', similarity_threshold: 0.7 },
  ],
  [
    { url: "https://a.example/it's.jpg", threshold: 0 },
    { image_url: "https://a.example/it's.jpg", similarity_threshold: 0 },
  ],
])('gives curl the body of the search %o', (input, body) => {
  expect(JSON.parse(words(asCurl(API, input)).at(-1) ?? '')).toEqual(body);
});

it('gives curl the file', () => {
  expect(words(asCurl(API, { fileName: "it's.jpg", threshold: 0.5 }))).toContain("file=@it's.jpg");
});

it('gives the SDK the same query', () => {
  expect(asSdk({ image: 'img_1', threshold: 0.7 })).toContain('image_id: "img_1"');
  expect(asSdk({ fileName: 'a.jpg', threshold: 0.7 })).toContain('file: await openAsBlob("a.jpg")');
});
