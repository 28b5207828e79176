import { defineConfig } from 'vitest/config';

/** For tests beside an emulator, an OpenSearch node or models, on two cores. */
const SLOW_MS = 240_000;
const slow = { testTimeout: SLOW_MS, hookTimeout: SLOW_MS };

/** Unit tests that synthesise whole stacks or compare many pixels. */
const SLOW_UNIT = ['test/unit/infra/**/*.test.ts', 'test/unit/**/*.slow.test.ts'];
/** Files share their process, and the modules that it has imported: unit tests mock no module. */
const shared = { isolate: false, restoreMocks: true, unstubEnvs: true, maxWorkers: '100%' };

/** Projects run in the order of `order`, so that tests that wait on a timer do not compete with ones that compute. */
const project = (name: string, order: number, more: object = {}) => ({
  extends: true as const,
  test: { name, include: [`test/${name}/**/*.test.ts`], sequence: { groupOrder: order }, ...more },
});

/** One configuration for all kinds of tests; CONTRIBUTING.md lists what each proves, and its rules. */
export default defineConfig({
  test: {
    reporters: ['default', './test/count-reporter.ts'],
    env: { LOG_LEVEL: 'SILENT', POWERTOOLS_METRICS_DISABLED: 'true' },
    testTimeout: 30_000,
    hookTimeout: 30_000,
    teardownTimeout: 60_000, // the emulator writes its state when it ends
    coverage: {
      // What tests import. Functions are run as bundles, in the emulator, where they are not measured.
      include: ['shared/**/*.ts', 'gpu-worker/**/*.ts', 'infra/{config,constructs,stacks}/**/*.ts'],
      reporter: ['text-summary', 'html'],
      reportOnFailure: true,
      // A point below what `unit`, `slow` and `contract` reach, OpenSearch's suite included.
      thresholds: { statements: 92, branches: 84, functions: 91, lines: 92 },
      reportsDirectory: '.deeplens/coverage',
    },
    projects: [
      project('unit', 1, { exclude: SLOW_UNIT, ...shared }),
      project('slow', 1, { include: SLOW_UNIT, ...shared, ...slow }),
      project('contract', 2, { globalSetup: 'test/global-setup/emulator.ts', ...slow }),
      project('artefact', 3, slow),
      project('e2e', 4, {
        include: ['test/integration/**/*.test.ts', 'test/e2e/**/*.test.ts'],
        globalSetup: 'test/global-setup/stack.ts',
        fileParallelism: false,
        ...slow,
      }),
      project('after-e2e', 5, slow),
    ],
  },
});
