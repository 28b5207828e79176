import { grafanaBoard } from './grafana.ts';
import { metricsPage } from './metrics-page.ts';
import { rulesFile, rulesTestFile } from './rules.ts';

export const ROOT = new URL('../../', import.meta.url);

/** The generated files, from the repository's root, and their content. */
export const GENERATED: Readonly<Record<string, () => string>> = {
  'ops/prometheus/rules.yml': rulesFile,
  'ops/prometheus/rules.test.yml': rulesTestFile,
  'ops/grafana/service.json': () => grafanaBoard('service'),
  'ops/grafana/pipeline.json': () => grafanaBoard('pipeline'),
  'ops/grafana/tenants.json': () => grafanaBoard('tenants'),
  'docs/operate/metrics.md': metricsPage,
};
