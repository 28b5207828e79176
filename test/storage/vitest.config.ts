import { defineConfig } from 'vitest/config';

/** Connectors on real storage servers: `npm run test:storage`. Apart from `npm test`, because of the servers and the time. */
export default defineConfig({
  test: {
    name: 'storage',
    include: ['test/storage/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 180_000,
    teardownTimeout: 60_000,
  },
});
