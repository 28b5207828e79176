import { DeepLens } from '@deeplens/sdk';
import { beforeAll, describe, expect, it } from 'vitest';
import { SmokeFailure, smoke } from '../../infra/local/smoke/smoke.ts';
import { newTenant } from './client.ts';
import { readStack } from './stack.ts';

let apiKey: string;
const client = (key: string) => new DeepLens({ baseUrl: readStack().api_url, apiKey: key });

beforeAll(async () => {
  apiKey = (await newTenant('smoke')).key;
});

describe('the smoke test of a deployment', () => {
  it('passes, tells each step, and leaves nothing behind', async () => {
    const steps: string[] = [];
    await smoke(client(apiKey), (step) => steps.push(step));
    expect(steps).toEqual(['live', 'ready', 'key', 'upload', 'indexed', 'search', 'delete']);
    const { items } = await client(apiKey).images.list();
    expect(items.filter(({ status }) => status !== 'purged')).toEqual([]);
  });

  it('names the step that fails, and the call', async () => {
    const wrong = apiKey.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a'));
    const failure = await smoke(client(wrong), () => {}).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SmokeFailure);
    expect(String(failure)).toMatch(/key: .*correlation/s);
  });
});
