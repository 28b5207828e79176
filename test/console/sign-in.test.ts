import { DeepLens } from '@deeplens/sdk';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Client, newTenant } from '../e2e/client.ts';
import { readStack } from '../e2e/stack.ts';
import {
  consoleUrl,
  enterPassword,
  newPerson,
  openedConsole,
  refusalsOf,
  signInAtPool,
  visitAll,
} from './console-page.ts';

// Chromium itself reports the refusals that the second test makes, and that the emulator's page has no icon.
const open = openedConsole(/status of 40[14]/);

let owner: Client;
beforeAll(async () => {
  owner = await newTenant('console-people');
});

const newMember = (role: string) => newPerson({ tenant: owner.tenant, organization: 'Acme', groups: [role] });

/** Opens the console as a new person, who signs in at the pool's own page. */
async function openAs(role: string): Promise<Page> {
  const username = await newMember(role);
  const page = await open(undefined);
  await page.goto(consoleUrl('/library?status=indexed'));
  await signInAtPool(page, username);
  // Back where it began.
  await page.getByRole('heading', { name: 'Library' }).waitFor();
  expect(page.url()).toBe(consoleUrl('/library?status=indexed'));
  return page;
}

const SEARCHER = ['Search', 'Duplicates', 'Library'];
const UPLOADER = [...SEARCHER, 'Bring in'];
const ADMINISTRATOR = ['API keys', 'People', 'Webhooks', 'Settings', 'Audit log'];
describe.each([
  ['Viewer', SEARCHER],
  ['Uploader', UPLOADER],
  ['Admin', [...UPLOADER, 'Storage', 'Pipeline', 'Usage', ...ADMINISTRATOR]],
])('%s', (role, pages) => {
  it('signs in, sees its own pages, and is refused in none', async () => {
    const page = await openAs(role);
    const refused = refusalsOf(page);
    await page
      .getByRole('navigation')
      .getByRole('link')
      .nth(pages.length - 1)
      .waitFor();
    expect(await visitAll(page)).toEqual(pages);
    expect(refused).toEqual([]);
    expect(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).not.toContain(
      'eyJ',
    );
  });
});

it.each([
  ['search', SEARCHER],
  ['upload', ['Bring in']],
  ['storage', ['Storage']],
  ['metrics', ['Pipeline', 'Usage']],
  ['admin', ADMINISTRATOR],
] as const)('shows a key for %s alone its own pages, and is refused in none', async (scope, pages) => {
  const api = new DeepLens({ baseUrl: readStack().api_url, apiKey: owner.key });
  const { api_key } = await api.keys.create({ name: scope, scopes: [`deeplens.${scope}`] });
  const page = await open(api_key);
  const refused = refusalsOf(page);
  expect(await visitAll(page)).toEqual(pages);
  expect(refused).toEqual([]);
});

it('renews its token in two tabs at once, as often as it expires', async () => {
  const first = await openAs('Admin');
  const second = await first.context().newPage();
  await second.goto(consoleUrl('/library'));
  await second.getByRole('button', { name: 'Sign in with your account' }).click();
  const username = second.locator('input[name=username]');
  const library = second.getByRole('heading', { name: 'Library' });
  await username.or(library).first().waitFor(); // the pool may know the person
  if (await username.isVisible()) await enterPassword(second, await newMember('Viewer'));
  await library.waitFor();
  const tabs = [first, second];
  let renewals = 0;
  for (const tab of tabs) {
    tab.on('request', (request) => {
      if (request.url().endsWith('/oauth2/token') && request.method() === 'POST') renewals += 1;
    });
    let expired = false;
    await tab.route('**/api/v1/images?**', async (route) => {
      expired = !expired; // each call is refused once
      if (!expired) return route.continue();
      const problem = {
        type: 'about:blank',
        title: 'Expired',
        status: 401,
        code: 'token_expired',
        detail: 'Expired.',
      };
      return route.fulfill({ status: 401, contentType: 'application/problem+json', json: problem });
    });
  }
  const lists = ['Failed', 'Uploaded', 'Validated'];
  for (const status of lists)
    await Promise.all(
      tabs.map(async (tab) => {
        const answered = tab.waitForResponse((reply) => reply.url().includes('/images?') && reply.ok());
        await tab.getByLabel('Status').selectOption(status);
        await answered;
      }),
    );
  expect(renewals).toBe(tabs.length * lists.length);
  for (const tab of tabs) await tab.getByRole('heading', { name: 'Library' }).waitFor();
});
