import { defineConfig } from 'vitest/config';

/** Hostile files and bodies: `npm run test:hostile`. Apart from `npm test`, because it measures time and memory. */
export default defineConfig({
  test: {
    name: 'hostile',
    include: ['test/hostile/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
  },
});
