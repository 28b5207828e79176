// `npm run bench:limits`: measures throughput, writes and exactness of the limiter, on an emulator's DynamoDB.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { tenantId } from '#shared/kernel/ids.ts';
import { dynamoWindows } from '#shared/rate-limit/dynamodb-window-store.ts';
import { leasingLimiter } from '#shared/rate-limit/leasing-limiter.ts';
import type { WindowStore } from '#shared/rate-limit/window-store.ts';
import { emulator, newTable } from '../contract/emulator.ts';
import startEmulator from '../global-setup/emulator.ts';

const CALLERS = 8;
const RUNS = [
  { limit: 5, calls: 40 },
  { limit: 500, calls: 800 },
  { limit: 5_000, calls: 6_000 },
  { limit: 50_000, calls: 60_000 },
];

const stop = await startEmulator();
try {
  const { table } = await newTable('limits');
  const store = dynamoWindows({ table, client: new DynamoDBClient(emulator()) });
  console.log('limit/min  calls   calls/s  writes/call  admitted  over    under');
  for (const { limit, calls } of RUNS) {
    let writes = 0;
    const counted: WindowStore = {
      read: store.read,
      take: (...args) => {
        writes += 1;
        return store.take(...args);
      },
    };
    const startedAt = performance.now();
    const admitted = await Promise.all(
      Array.from({ length: CALLERS }, async () => {
        const limiter = leasingLimiter(counted, () => 1_000_000); // a fixed clock: one window
        let granted = 0;
        for (let call = 0; call < calls / CALLERS; call++)
          granted +=
            (await limiter.take(tenantId(`t${limit}`), [{ counter: 'requests', amount: 1, limit }]))[0]
              ?.granted ?? 0;
        return granted;
      }),
    );
    const seconds = (performance.now() - startedAt) / 1000;
    const all = admitted.reduce((sum, each) => sum + each, 0);
    const share = (part: number) => `${((100 * Math.max(0, part)) / limit).toFixed(2)} %`;
    console.log(
      [
        String(limit).padEnd(9),
        String(calls).padEnd(6),
        (calls / seconds).toFixed(0).padStart(7),
        (writes / calls).toFixed(3).padStart(11),
        String(all).padStart(8),
        share(all - limit).padStart(6),
        share(limit - all).padStart(6),
      ].join('  '),
    );
  }
} finally {
  await stop();
}
