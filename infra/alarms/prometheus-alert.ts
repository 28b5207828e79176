/** Series in promtool's notation: `queue_depth{queue="deeplens-prod-embedding"}` and its values of each minute, `1001x20`. */
export type Series = Readonly<Record<string, string>>;

/** An alerting rule with the series that test it. */
export interface PrometheusAlert {
  alert: string;
  expr: string;
  /** How long it must hold: `5m`. Absent: it fires at once. */
  for?: string;
  fires: Series;
  quiet: Series;
  /** The labels that it has with `fires`, beside its severity. */
  labels?: Readonly<Record<string, string>>;
}
