import { defineConfig } from 'vitest/config';

/** Picture and model work beside an emulator on two cores: a test that waits is not a test that hangs. */
const WAITS_MS = 240_000;
const waits = { testTimeout: WAITS_MS, hookTimeout: WAITS_MS };

/** One kind after the other, so that what waits for pictures is not slowed down by what computes. */
const project = (name: string, order: number, more: object = {}) => ({
  extends: true as const,
  test: { name, include: [`test/${name}/**/*.test.ts`], sequence: { groupOrder: order }, ...more },
});

/** One configuration for all kinds of tests (CONTRIBUTING.md says what each proves, and its rules). */
export default defineConfig({
  test: {
    reporters: ['default', './test/count-reporter.ts'],
    env: { LOG_LEVEL: 'SILENT', POWERTOOLS_METRICS_DISABLED: 'true', POWERTOOLS_TRACE_ENABLED: 'false' },
    testTimeout: 30_000,
    teardownTimeout: 60_000, // the emulator writes its state when it ends
    projects: [
      project('unit', 1),
      project('contract', 2, { globalSetup: 'test/global-setup/emulator.ts', ...waits }),
      project('artefact', 3, waits),
      project('e2e', 4, {
        include: ['test/integration/**/*.test.ts', 'test/e2e/**/*.test.ts'],
        globalSetup: 'test/global-setup/stack.ts',
        fileParallelism: false,
        ...waits,
      }),
    ],
  },
});
