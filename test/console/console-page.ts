import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { readStack } from '../e2e/stack.ts';
import { startChromium } from '../fixtures/chromium.ts';

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
    await page.getByLabel('API key').fill(key);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('navigation').getByText('Bring in').waitFor();
    return page;
  };
}
