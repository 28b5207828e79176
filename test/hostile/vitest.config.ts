import { defineConfig } from 'vitest/config';

/** Hostile files and bodies to the running service: `npm run test:hostile`. Apart from `npm test`, because it measures time and memory. */
export default defineConfig({
  test: {
    name: 'hostile',
    include: ['test/hostile/**/*.test.ts'],
    globalSetup: 'test/global-setup/stack.ts',
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 300_000,
    teardownTimeout: 60_000,
  },
});
