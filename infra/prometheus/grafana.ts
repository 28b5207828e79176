import { metricNamed } from '#shared/kernel/metrics.ts';
import { BOARDS, type Board, type BoardName, type Panel } from '../dashboards/boards.ts';

const QUANTILES = { p50: 0.5, p95: 0.95, p99: 0.99 } as const;
const UNITS = { Count: 'short', Seconds: 's', Milliseconds: 'ms', Bytes: 'bytes' } as const;
/** Grafana's grid has 24 columns. */
const [WIDTH, HEIGHT] = [12, 8];

/** Returns a panel's query in PromQL. */
export function promQl({ metric, show, by }: Panel): string {
  const grouped = by === undefined ? '' : ` by (${by})`;
  if (show === 'max') return `max${grouped}(${metric})`;
  if (show === 'sum') return `sum${grouped}(increase(${metric}[1m]))`;
  const labels = ['le', ...(by === undefined ? [] : [by])].join(', ');
  return `histogram_quantile(${QUANTILES[show]}, sum by (${labels}) (rate(${metric}_bucket[5m])))`;
}

/** Returns the JSON of a dashboard for Grafana; its data source is the one named `Prometheus`. */
export function grafanaBoard(name: BoardName): string {
  const board: Board = BOARDS[name];
  const datasource = { type: 'prometheus', uid: 'prometheus' };
  const panels = board.map((panel, at) => ({
    id: at + 1,
    type: 'timeseries',
    title: panel.title,
    description: metricNamed(panel.metric).meaning,
    datasource,
    gridPos: { x: (at % 2) * WIDTH, y: Math.floor(at / 2) * HEIGHT, w: WIDTH, h: HEIGHT },
    fieldConfig: { defaults: { unit: UNITS[metricNamed(panel.metric).unit] }, overrides: [] },
    targets: [
      { refId: 'A', datasource, expr: promQl(panel), legendFormat: panel.by ? `{{${panel.by}}}` : '' },
    ],
  }));
  const dashboard = {
    uid: `deeplens-${name}`,
    title: `DeepLens: ${name}`,
    tags: ['deeplens'],
    schemaVersion: 39,
    refresh: '1m',
    time: { from: 'now-6h', to: 'now' },
    panels,
  };
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}
