import { defineConfig } from 'vitest/config';

/** The console in Chromium, before a system of its own: `npm run test:console`. Apart from `npm test`, because it needs a browser. */
export default defineConfig({
  test: {
    name: 'console',
    reporters: ['default', './test/count-reporter.ts'],
    include: ['test/console/**/*.test.ts'],
    globalSetup: ['test/console/build.ts', 'test/global-setup/stack.ts'],
    fileParallelism: false,
    testTimeout: 1_800_000,
    hookTimeout: 600_000,
    teardownTimeout: 60_000,
  },
});
