import { expect, it } from 'vitest';
import { searchSimilarity } from '#shared/contracts/http/search.ts';
import { newTenant } from '../e2e/client.ts';
import { readStack } from '../e2e/stack.ts';
import { processesBelow } from '../fixtures/reader-processes.ts';
import { HOSTILE_FILES } from './files.ts';
import { honestTenant } from './honest.ts';
import { ANSWER_MS } from './stated.ts';

const SEARCH = 'AWS_LAMBDA_FUNCTION_NAME=deeplens-local-search-images';

it('a function whose process ends during a call answers it with an error, and the next calls as usual', async () => {
  const honest = await honestTenant();
  const client = await newTenant('ended');
  const file = HOSTILE_FILES.find(({ name }) => name === 'jpeg: 12 scans of 99 Mpx'); // takes a second
  const image = ((await file?.make()) ?? Buffer.alloc(0)).toString('base64');
  const started = performance.now();
  const call = fetch(`${readStack().api_url}${searchSimilarity.path.replace('/v1', '')}`, {
    method: 'POST',
    headers: { 'x-api-key': client.key, 'content-type': 'application/json' },
    body: JSON.stringify({ image }),
  });
  await new Promise((resolve) => setTimeout(resolve, 500));
  const functions = processesBelow(readStack().pids.emulator ?? 0).filter(({ environment }) =>
    environment.split('\0').includes(SEARCH),
  );
  expect(functions.length).toBeGreaterThan(0);
  for (const { pid } of functions) process.kill(pid, 'SIGKILL');
  expect((await call).status).toBe(502); // as API Gateway answers
  expect(performance.now() - started).toBeLessThan(ANSWER_MS);
  for (let count = 0; count < 3; count++) await honest.search();
});
