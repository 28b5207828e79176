import { defineConfig } from 'vitest/config';

/** The rules for Prometheus, by its own tools: `npm run test:prometheus`. Apart from `npm test`, because of the tools. */
export default defineConfig({
  test: {
    name: 'prometheus',
    include: ['test/prometheus/**/*.test.ts'],
    testTimeout: 120_000,
    env: { LOG_LEVEL: 'SILENT' },
  },
});
