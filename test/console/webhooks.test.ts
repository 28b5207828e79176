import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Client, newTenant } from '../e2e/client.ts';
import { startReceiver } from '../fixtures/receiver.ts';
import { openedConsole } from './console-page.ts';

const open = openedConsole();
let owner: Client;
let origin: string;
let stop: () => void;
let answer = 500;
beforeAll(async () => {
  owner = await newTenant('console-webhooks');
  ({ origin, stop } = await startReceiver('webhooks', (request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(answer).end('what I answer'));
  }));
});
afterAll(() => stop());

it('makes a webhook whose secret is shown once, tries it, counts a replay, and deletes it', async () => {
  const page = await open(owner.key);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('link', { name: 'Webhooks' }).click();
  await page.getByText('No program of yours is told of events yet.').waitFor();
  await page.getByRole('button', { name: 'New webhook…' }).click();
  await page.getByLabel('URL of the receiver').fill(`${origin}/hook`);
  await page.getByRole('button', { name: 'Make the webhook' }).click();

  const secret = page.getByRole('dialog', { name: 'The new signing secret' });
  await secret.getByText('Copy the signing secret now').waitFor();
  await page.keyboard.press('Escape'); // not before it was copied
  expect(await secret.getByRole('button', { name: 'Close' }).isDisabled()).toBe(true);
  await secret.getByRole('button', { name: 'Copy', exact: true }).click();
  await secret.getByRole('button', { name: 'Copied' }).waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^whsec_/);
  await secret.getByRole('button', { name: 'Close' }).click();

  await page.getByRole('link', { name: `${origin}/hook` }).click();
  const trial = page.getByRole('region', { name: 'Try it' });
  await trial.getByRole('button', { name: 'Send it now' }).click();
  await trial.getByText('500').waitFor();
  await trial.getByText('what I answer').waitFor();
  answer = 200;
  await trial.getByRole('button', { name: 'Send it now' }).click();
  await trial.getByText('delivered').waitFor();

  await page.getByRole('button', { name: 'Count them' }).click();
  await page.getByText('There are none in that time.').waitFor();

  await page.getByRole('button', { name: 'Delete…' }).click();
  await page.getByLabel(/Type its host/).fill(new URL(origin).host);
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByText('No program of yours is told of events yet.').waitFor();
});
