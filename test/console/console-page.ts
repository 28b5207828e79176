import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { readStack } from '../e2e/stack.ts';
import { startChromium } from '../fixtures/chromium.ts';
import { addPerson, PASSWORD } from '../fixtures/sign-in.ts';

/** The emulator starts a process for a call: the first may take long. */
export const CALL_MS = 120_000;

export const consoleUrl = (path: string): string => new URL(path, readStack().api_url).href;

/**
 * Starts a browser for the tests of a file. Whatever its console says, a report of the policy included, fails the test.
 * @param expected messages that are part of the test
 * @returns a function that opens the console, signed in by a key if there is one
 */
export function openedConsole(
  expected?: RegExp,
): (key: string | undefined, options?: BrowserContextOptions) => Promise<Page> {
  let browser: Browser;
  const contexts: BrowserContext[] = [];
  const said: string[] = [];
  beforeAll(async () => {
    browser = await startChromium();
  });
  afterEach(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close()));
    expect(said.splice(0)).toEqual([]);
  });
  afterAll(() => browser?.close());
  return async (key, options = {}) => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    contexts.push(context);
    context.on('console', (message) => {
      if (!expected?.test(message.text())) said.push(`${message.type()}: ${message.text()}`);
    });
    context.on('weberror', (error) => said.push(error.error().message));
    context.setDefaultTimeout(CALL_MS);
    const page = await context.newPage();
    if (key === undefined) return page;
    await page.goto(consoleUrl('/'));
    await enterKey(page, key);
    await page.getByRole('navigation').getByRole('link').first().waitFor();
    return page;
  };
}

/** Signs in by a key, at the page that asks for one. */
export async function enterKey(page: Page, key: string): Promise<void> {
  await page.getByLabel('API key').fill(key);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** Adds a person to the pool. @returns the user name */
export const newPerson = (claims: Parameters<typeof addPerson>[1]): Promise<string> =>
  addPerson(readStack().emulator_url, claims);

/** Leads a page to the pool, where a person signs in. */
export async function signInAtPool(page: Page, username: string): Promise<void> {
  await page.getByRole('button', { name: 'Sign in with your account' }).click();
  await enterPassword(page, username);
}

/** Signs a person in, at the page of the pool. */
export async function enterPassword(page: Page, username: string): Promise<void> {
  await page.locator('input[name=username]').fill(username);
  await page.locator('input[name=password]').fill(PASSWORD);
  await page.locator('[type=submit]').first().click();
}

/** Collects the replies that a page was refused by. */
export function refusalsOf(page: Page): string[] {
  const refused: string[] = [];
  page.on('response', (reply) => {
    if (reply.status() >= 400) refused.push(`${reply.status()} ${reply.url()}`);
  });
  return refused;
}

/** Follows each link of the navigation. @returns their names */
export async function visitAll(page: Page): Promise<string[]> {
  const links = page.getByRole('navigation').getByRole('link');
  const names = await links.allTextContents();
  for (const name of names) {
    await page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForLoadState('networkidle');
  }
  return names;
}
