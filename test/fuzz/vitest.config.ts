import { defineConfig } from 'vitest/config';

/** Generated requests to the running service: `npm run test:fuzz`. Apart from `npm test`, because of its tools and time. */
export default defineConfig({
  test: {
    name: 'fuzz',
    include: ['test/fuzz/**/*.test.ts'],
    globalSetup: 'test/global-setup/stack.ts',
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    teardownTimeout: 60_000,
  },
});
