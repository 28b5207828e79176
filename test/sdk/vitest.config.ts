import { defineConfig } from 'vitest/config';

/** The SDK and the command line as they are published, the SDK in every runtime: `npm run test:sdk`. Apart from `npm test`, because it needs a browser and Node 20. */
export default defineConfig({
  test: {
    name: 'sdk',
    reporters: ['default', './test/count-reporter.ts'],
    include: ['test/sdk/**/*.test.ts'],
    globalSetup: 'test/sdk/build-package.ts',
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
