import { describe, expect, it } from 'vitest';
import { type Api, runCli } from './cli-run.ts';

const imageOf = (i: number) => ({
  image_id: `img_${String(i).padStart(26, '0')}`,
  status: 'indexed',
  file_path: `photos/${i}, with a comma.jpg`,
  file_size: 1_500_000,
  width: 4000,
  height: 3000,
  metadata: { place: 'sea' },
});
const images = Array.from({ length: 120 }, (_, i) => imageOf(i));
/** Pages of 50. */
const api: Api = ({ path }) => {
  const from = Number(new URLSearchParams(path.split('?')[1]).get('cursor') ?? 0);
  const next = from + 50;
  return {
    body: { images: images.slice(from, next), ...(next < images.length && { next_cursor: String(next) }) },
  };
};
const list = (...argv: string[]) => runCli(['images', 'list', ...argv], { api });
const inTerminal = (...argv: string[]) => runCli(['images', 'list', ...argv], { api, tty: true });

describe('a list', () => {
  it('is NDJSON when piped, all of it, an object a line', async () => {
    const { stdout, stderr } = await list();
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(images);
    expect(stderr).toBe('');
  });

  it('is a table in a terminal, 50 rows within its columns, and says how to get more', async () => {
    const { stdout, stderr, calls } = await inTerminal();
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(51);
    expect(lines[0]).toContain('IMAGE ID');
    for (const line of lines.slice(1)) expect(line.length).toBeLessThanOrEqual(80);
    expect(stderr).toContain('--limit 0');
    expect(calls).toHaveLength(1);
  });

  it('has a colour in a terminal, unless NO_COLOR is set', async () => {
    expect((await inTerminal()).stdout).toContain('\u001b[1m');
    const plain = await runCli(['images', 'list'], { api, tty: true, env: { NO_COLOR: '1' } });
    expect(plain.stdout).not.toContain('\u001b');
    expect((await list('-o', 'table')).stdout).not.toContain('\u001b');
  });

  it('is one array as JSON', async () => {
    expect(JSON.parse((await list('-o', 'json', '--limit', '3')).stdout)).toEqual(images.slice(0, 3));
    expect(
      JSON.parse(
        (await runCli(['images', 'list', '-o', 'json'], { api: () => ({ body: { images: [] } }) })).stdout,
      ),
    ).toEqual([]);
  });

  it('is CSV with a header', async () => {
    const lines = (await list('-o', 'csv', '-n', '1')).stdout.split('\r\n');
    expect(lines[0]).toBe('image id,status,name,size,pixels,failure');
    expect(lines[1]).toBe(`${images[0]?.image_id},indexed,"photos/0, with a comma.jpg",1.5 MB,4000×3000,`);
  });

  it('has the fields that are asked for alone', async () => {
    expect((await list('--fields', 'file_size,metadata.place', '-n', '1')).stdout).toBe(
      '{"file_size":1500000,"metadata.place":"sea"}\n',
    );
    expect((await list('--fields', 'file_size,metadata.place', '-n', '1', '-o', 'csv')).stdout).toBe(
      'file_size,metadata.place\r\n1500000,sea\r\n',
    );
  });

  it('fetches no page that it does not print', async () => {
    expect((await list('-n', '60')).calls).toHaveLength(2);
  });
});

it('one thing is its fields in a terminal, and an object elsewhere', async () => {
  const given = { api: () => ({ body: imageOf(1) }), tty: true };
  expect((await runCli(['images', 'get', 'img_1'], given)).stdout).toMatch(
    /file_size {7}1500000\n.*metadata\.place {2}sea\n/s,
  );
  expect(JSON.parse((await runCli(['images', 'get', 'img_1'], { ...given, tty: false })).stdout)).toEqual(
    imageOf(1),
  );
});

it('--quiet prints results alone, --verbose each call', async () => {
  expect((await inTerminal('--quiet')).stderr).toBe('');
  expect((await list('--verbose', '-n', '1')).stderr).toMatch(
    /GET https:\/\/api\.test\/api\/v1\/images.* → 200 in \d+ ms/,
  );
});

it('api calls anything, with a body and parameters', async () => {
  const ran = await runCli(['api', 'post', '/search/similarity', '-d', '-', '--query', 'a=b'], {
    api: () => ({ body: { total_results: 0 } }),
    stdin: '{"image_id":"img_1"}',
  });
  expect(ran.stdout).toBe('{"total_results":0}\n');
  expect(ran.calls[0]).toMatchObject({
    method: 'POST',
    path: '/search/similarity?a=b',
    body: { image_id: 'img_1' },
  });
});

it('ids come from stdin too', async () => {
  const ran = await runCli(['images', 'retry', '-'], {
    api: ({ path }) => ({ status: 202, body: { image_id: path.split('/')[2], status: 'uploaded' } }),
    stdin: 'img_1\nimg_2\n\n',
  });
  expect(ran.stdout).toBe(
    '{"image_id":"img_1","status":"uploaded"}\n{"image_id":"img_2","status":"uploaded"}\n',
  );
});
