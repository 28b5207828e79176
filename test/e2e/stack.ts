import { readFileSync } from 'node:fs';
import * as z from 'zod';

/** The running system under test, as the global setup left it. */
const Stack = z.object({
  api_url: z.url(),
  emulator_url: z.url(),
  admin_token: z.string(),
  pids: z.record(z.string(), z.number()),
});

/** Read anew each time: a process that was killed comes back under another pid. */
export function readStack(): z.infer<typeof Stack> {
  const path = process.env.DEEPLENS_TEST_STACK;
  if (!path) throw new Error('DEEPLENS_TEST_STACK is not set: run these tests by `npm test`');
  return Stack.parse(JSON.parse(readFileSync(path, 'utf8')));
}
