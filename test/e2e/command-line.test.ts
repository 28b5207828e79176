import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { distinctPhotographs, photograph } from '../fixtures/photographs.ts';
import { startReceiver } from '../fixtures/receiver.ts';
import { startCli } from '../unit/cli/cli-process.ts';
import { type Client, eventually, newTenant } from './client.ts';
import { readStack } from './stack.ts';

/** A fifth of what DEEPLENS_TEST_PICTURES=500 brings in, which takes minutes. */
const PICTURES = Number(process.env.DEEPLENS_TEST_PICTURES ?? 100);
/** Turns of each picture by the hue, in degrees. */
const HUES = [0, 90, 180, 270];
const DISTINCT = Math.ceil(PICTURES / HUES.length);
const FILES = DISTINCT * HUES.length;
const LIMIT_MS = 900_000;

let client: Client;
let home: string;
let photos: string;
beforeAll(async () => {
  client = await newTenant('command-line');
  home = await mkdtemp(join(tmpdir(), 'deeplens-cli-'));
  photos = join(home, 'photos');
  const images = await distinctPhotographs(DISTINCT);
  for (const hue of HUES) {
    await mkdir(join(photos, String(hue)), { recursive: true });
    for (const [n, bytes] of images.entries())
      await writeFile(
        join(photos, String(hue), `${n}.jpg`),
        await sharp(bytes).modulate({ hue }).jpeg().toBuffer(),
      );
  }
}, LIMIT_MS);
afterAll(() => rm(home, { recursive: true, force: true }));

const deeplens = (...argv: string[]) =>
  startCli(argv, {
    url: readStack().api_url,
    home,
    env: { DEEPLENS_API_KEY: client.key, DEEPLENS_ADMIN_TOKEN: readStack().admin_token },
  });
const objects = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

interface Group {
  group_id: string;
  images: { file_path: string }[];
}

describe('the command line', () => {
  it(
    `brings ${FILES} pictures in, although it is killed on the way, and all are indexed`,
    async () => {
      const first = deeplens('upload', photos);
      let printed = '';
      first.child.stdout?.on('data', (chunk: Buffer) => {
        printed += chunk.toString();
      });
      while (printed.split('\n').length < FILES / 2 && first.child.exitCode === null) await sleep(50);
      first.child.kill('SIGKILL');
      await first.ended;
      const second = await deeplens('upload', photos, '--wait').ended;
      expect(second.code, second.stderr).toBe(0);
      const rows = objects(second.stdout);
      expect(rows.filter(({ status }) => status === 'resumed').length).toBeGreaterThan(FILES / 3);
      expect(second.stderr).toContain(`${FILES} indexed`);
      const listed = objects((await deeplens('images', 'list', '--fields', 'image_id,status').ended).stdout);
      expect(listed).toHaveLength(FILES);
      expect(new Set(rows.map(({ image_id }) => image_id))).toEqual(
        new Set(listed.map(({ image_id }) => image_id)),
      );
      expect(new Set(listed.map(({ status }) => status))).toEqual(new Set(['indexed']));
    },
    LIMIT_MS,
  );

  it('finds one of them, and exits with 8 if that is asked for', async () => {
    const found = await deeplens('search', join(photos, '0/0.jpg'), '--fail-if-found', 'exact').ended;
    expect(found.code, found.stderr).toBe(8);
    expect(objects(found.stdout)[0]).toMatchObject({ verdict: 'exact', file_path: '0/0.jpg' });
  });

  it('shows a group of copies, takes a decision, and exports it', async () => {
    const copy = join(home, 'copy.jpg');
    await copyFile(join(photos, '0/0.jpg'), copy);
    expect((await deeplens('upload', copy, '--wait').ended).code).toBe(0);
    const pair = ({ images }: Group) =>
      ['0/0.jpg', 'copy.jpg'].every((name) => images.some(({ file_path }) => file_path === name));
    const { stdout } = await eventually(
      () => deeplens('duplicates', 'list', '--fail-if-found').ended,
      ({ code, stdout: listed }) => code === 8 && objects(listed).some(pair),
    );
    const group: Group = objects(stdout).find(pair);
    const script = (await deeplens('duplicates', 'export', '--format', 'sh').ended).stdout;
    expect(script).toMatch(/^# rm -- '(0\/0|copy)[.]jpg'$/m);
    const decide = ['duplicates', 'decide', group.group_id, '--action', 'keep_one'];
    const [decided] = objects((await deeplens(...decide).ended).stdout);
    expect(decided.deletable_image_ids).toHaveLength(group.images.length - 1);
    const after = await deeplens('duplicates', 'list', '--decided').ended;
    expect(objects(after.stdout)).toMatchObject([{ group_id: group.group_id }]);
  });

  it('hands messages of a webhook on to this machine', async () => {
    const received: { headers: Record<string, string>; body: string }[] = [];
    const receiver = createServer(async (request, response) => {
      const headers = Object.fromEntries(new Headers(request.headers as Record<string, string>)); // each is there once
      received.push({ headers, body: await text(request) });
      response.end();
    }).listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    const { port } = receiver.address() as AddressInfo; // it listens at a port
    const { origin, stop } = await startReceiver('command-line', (_, response) => response.end());
    try {
      const [{ webhook_id }] = objects(
        (await deeplens('webhooks', 'create', `${origin}/hook`, '--events', 'images.indexed').ended).stdout,
      );
      const forward = `http://127.0.0.1:${port}/hooks`;
      const { child, ended } = deeplens('webhooks', 'listen', '--forward', forward, '--webhook', webhook_id);
      let said = '';
      child.stderr?.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
      await expect.poll(() => said, { timeout: 30_000 }).toContain('Ctrl-C ends it');
      const image = join(home, 'webhook.jpg');
      await writeFile(image, await photograph('nagasaki-boats'));
      const [{ image_id }] = objects((await deeplens('upload', image, '--wait').ended).stdout);
      await expect.poll(() => received.length, { timeout: 60_000 }).toBe(1);
      child.kill('SIGINT');
      const { code, stdout } = await ended;
      expect([code, objects(stdout)]).toEqual([
        0,
        [expect.objectContaining({ type: 'images.indexed', status: 200 })],
      ]);
      const [secret = ''] = /whsec_\S+(?=[.] Ctrl)/.exec(said) ?? [];
      const [{ headers, body } = { headers: {}, body: '' }] = received;
      expect(new Webhook(secret).verify(body, headers)).toMatchObject({ data: { image_id } });
    } finally {
      stop();
      receiver.close();
    }
  });

  it('deletes a picture, shows the tenant and, for the operator, the models', async () => {
    const [image] = objects((await deeplens('images', 'list', '--limit', '1').ended).stdout);
    const removed = await deeplens('images', 'delete', image.image_id, '--yes').ended;
    expect(objects(removed.stdout)).toEqual([
      expect.objectContaining({ image_id: image.image_id, deleted: true }),
    ]);
    expect((await deeplens('images', 'get', image.image_id).ended).code).toBe(5);
    expect(objects((await deeplens('whoami').ended).stdout)[0]).toMatchObject({ tenant_id: client.tenant });
    expect((await deeplens('models', 'list').ended).stdout).toContain('deeplens-lite-v1');
  });
});
