import { defineConfig } from 'vitest/config';

/** @param ms that a test may take, and its hooks at least five minutes: they wait for a whole pipeline */
const project = (name: string, order: number, ms: number) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    sequence: { groupOrder: order },
    fileParallelism: false,
    testTimeout: ms,
    hookTimeout: Math.max(ms, 300_000),
  },
});

/**
 * Suites before one deployed system: `npm run test:deployed`, or one by `npm run test:console`, `test:hostile`, `test:fuzz`. Apart
 * from `npm test`, because they need a browser and a fuzzer, and measure time and memory.
 */
export default defineConfig({
  test: {
    reporters: ['default', './test/count-reporter.ts'],
    globalSetup: ['test/console/build.ts', 'test/global-setup/stack.ts'],
    teardownTimeout: 60_000,
    // The fuzzer last: it leaves much behind.
    projects: [project('console', 1, 900_000), project('hostile', 2, 120_000), project('fuzz', 3, 300_000)],
  },
});
