import { afterEach, beforeEach, expect, it } from 'vitest';
import { OPERATIONS } from '#shared/contracts/http/operations.ts';
import { type Front, startFront } from '../../../infra/local/front.ts';
import { html, prose } from '../../../infra/local/reference/html.ts';

let front: Front;
beforeEach(async () => {
  front = await startFront({ port: 0, emulatorUrl: 'http://127.0.0.1:1', apiId: 'abc' });
});
afterEach(() => front.stop());
const get = (path: string) => fetch(`${front.origin}${path}`);

it('the reference at /docs describes every operation and every schema that it links', async () => {
  const reply = await get('/docs');
  const page = await reply.text();
  expect([reply.url, reply.status]).toEqual([`${front.origin}/docs/`, 200]);
  const ids = new Set(Array.from(page.matchAll(/ id="([^"]+)"/g), ([, id]) => id));
  for (const { id } of OPERATIONS) expect(ids).toContain(id);
  const links = Array.from(page.matchAll(/ href="#([^"]+)"/g), ([, id]) => id);
  expect(links.length).toBeGreaterThan(OPERATIONS.length);
  expect(links.filter((id) => !ids.has(id))).toEqual([]);
  expect(page).toContain('images.indexed');
});

it('the reference has no script and no style within, and its headers allow none', async () => {
  const reply = await get('/docs/');
  expect(reply.headers.get('content-security-policy')).toContain("default-src 'none'; style-src 'self'");
  expect(await reply.text()).not.toMatch(/<script|<style| style=| on\w+=|https?:\/\/(?!127)[^ ]*\.(js|css)/);
  const style = await get('/docs/reference.css');
  expect([style.status, style.headers.get('content-type')]).toEqual([200, 'text/css']);
  expect((await get('/docs/../package.json')).status).toBe(404);
  expect((await get('/docs/nowhere')).status).toBe(404);
});

it('what is filled into a page is escaped', () => {
  expect(html`<p>${'<b>"&\''}</p>${html`<i>${1}</i>`}${undefined}`.html).toBe(
    '<p>&lt;b&gt;&quot;&amp;&#39;</p><i>1</i>',
  );
  expect(prose('a `<b>` c').html).toBe('a <code>&lt;b&gt;</code> c');
});
