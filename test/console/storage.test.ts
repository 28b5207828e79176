import type { Job } from '@deeplens/sdk';
import { expect, it } from 'vitest';
import { addStorage } from '#shared/contracts/http/storages.ts';
import { newTenant } from '../e2e/client.ts';
import { bucketLocation } from '../e2e/own-bucket.ts';
import { receiverPort } from '../fixtures/receiver.ts';
import { openedConsole } from './console-page.ts';

// Chromium itself reports the refusal.
const open = openedConsole(/status of 422/);

it('hands out the policies with the external id first, and says why a location cannot be read', async () => {
  const { key } = await newTenant('console-storage');
  const page = await open(key);
  await page.getByRole('link', { name: 'Storage' }).click();
  await page.getByText('No bucket or container of your own yet.').waitFor();
  await page.getByRole('button', { name: 'Add a location…' }).click();

  await page.getByRole('button', { name: 'Amazon S3, by a role' }).click();
  await page.getByLabel('Bucket').fill('acme-pictures');
  await page.getByLabel('Only what begins with').fill('products/');
  const trust = await page.getByRole('region', { name: 'Trust policy' }).textContent();
  const permissions = await page.getByRole('region', { name: 'Permissions' }).textContent();
  expect(trust).toMatch(/"sts:ExternalId": "dlx_[\w-]{43}"/);
  expect(permissions).toContain('arn:aws:s3:::acme-pictures/products/*');

  await page.getByRole('button', { name: 'A server that speaks S3' }).click();
  await page.getByLabel('Address of the server').fill(`http://127.0.0.1:${receiverPort('storage')}`); // nobody listens
  await page.getByLabel('Access key id').fill('key');
  await page.getByLabel('Secret access key').fill('secret');
  await page.getByLabel('Name of the location').fill('Pictures');
  await page.getByRole('button', { name: 'Try it, and add it' }).click();
  const alert = page.getByRole('alert');
  await alert.getByText('storage_unreachable').waitFor();
  await alert.getByText('Correlation id').waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('No bucket or container of your own yet.').waitFor();
});

it('follows a scan, says what could not be read, asks before it hides pictures, and cancels', async () => {
  const owner = await newTenant('console-scans');
  await owner.call(addStorage, { body: await bucketLocation('console-pictures') });
  const page = await open(owner.key);
  await page.getByRole('link', { name: 'Storage' }).click();
  const scans = page.getByRole('region', { name: 'Scans' });
  await page.getByRole('button', { name: 'Scan now' }).click();
  await scans.getByText('completed').waitFor();
  await scans.getByText(/1 listed/).waitFor();

  // A scan asks where a hundred pictures are missing, and runs for minutes: here the API's list says so.
  let status: Job['status'] = 'needs_confirmation';
  const called: string[] = [];
  await page.route('**/api/v1/jobs?**', async (route) => {
    const reply = await route.fetch();
    const body = await reply.json();
    const [job] = body.jobs;
    await route.fulfill({ response: reply, json: { ...body, jobs: [{ ...job, status }] } });
  });
  await page.route(/\/(confirm|cancel)$/, async (route) => {
    const action = new URL(route.request().url()).pathname.split('/').at(-1) ?? '';
    called.push(`${route.request().method()} ${action}`);
    status = action === 'confirm' ? 'running' : 'cancelled';
    await route.fulfill({ status: 202, json: {} });
  });
  await page.reload();
  await scans.getByText('Unusually many pictures are missing').waitFor();
  await scans.getByRole('button', { name: 'They are gone: go on' }).click();
  await scans.getByRole('progressbar').waitFor();
  await scans.getByRole('button', { name: 'Cancel' }).click();
  await scans.getByText('cancelled').waitFor();
  expect(called).toEqual(['POST confirm', 'POST cancel']);
});
