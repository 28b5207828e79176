import type { AlarmRow } from '../alarms/alarm-row.ts';
import { alarmsOfAllKinds } from '../alarms/all-kinds.ts';
import type { PrometheusAlert } from '../alarms/prometheus-alert.ts';

/** Says where a generated file comes from. */
const HEAD = '# Generated from the alarms of infra/alarms by `npm run generate`. Do not edit.\n';
const SEVERITIES = { page: 'critical', ticket: 'warning' } as const;

interface Rule extends PrometheusAlert {
  severity: 'critical' | 'warning';
  meaning: string;
  runbook: string;
}

/** The rules, one for each kind of alarm that Prometheus can know. */
function allRules(rows: readonly AlarmRow[]): Rule[] {
  const rules = new Map<string, Rule>();
  for (const { prometheus, severity, meaning, runbook } of rows)
    if (prometheus && !rules.has(prometheus.alert))
      rules.set(prometheus.alert, {
        ...prometheus,
        severity: SEVERITIES[severity],
        meaning:
          prometheus.alert === 'DeadLetters' ? 'Messages were dead-lettered and not recorded.' : meaning,
        runbook: `docs/operate/alarms.md#${runbook.toLowerCase()}`,
      });
  return [...rules.values()];
}

/** JSON's strings are YAML's. */
const text = (value: string): string => JSON.stringify(value);

/** Returns rules.yml. */
export function rulesFile(rows = alarmsOfAllKinds()): string {
  const rules = allRules(rows).map(
    (rule) => `      - alert: ${rule.alert}
        expr: ${text(rule.expr)}
${rule.for ? `        for: ${rule.for}\n` : ''}        labels:
          severity: ${rule.severity}
        annotations:
          summary: ${text(rule.meaning)}
          runbook: ${text(rule.runbook)}
`,
  );
  return `${HEAD}groups:\n  - name: deeplens\n    interval: 1m\n    rules:\n${rules.join('')}`;
}

/** Minutes of the longest sample: rates over six hours need as many. */
const LAST = { long: '720m', short: '20m' };

/** Returns rules.test.yml: each rule fires with one sample, and does not with the other. */
export function rulesTestFile(rows = alarmsOfAllKinds()): string {
  const tests = allRules(rows).flatMap((rule) => [
    testOf(rule, rule.fires, true),
    testOf(rule, rule.quiet, false),
  ]);
  return `${HEAD}rule_files:\n  - rules.yml\nevaluation_interval: 1m\ntests:\n${tests.join('')}`;
}

function testOf(rule: Rule, series: Rule['fires'], fires: boolean): string {
  const lengths = Object.values(series).map((values) => Number(values.split('x').at(-1)));
  const at = Math.max(...lengths) > 100 ? LAST.long : Math.max(...lengths) > 30 ? '70m' : LAST.short;
  const inputs = Object.entries(series).map(
    ([name, values]) => `      - series: ${text(name)}\n        values: ${text(values)}\n`,
  );
  const labels = Object.entries({ severity: rule.severity, ...rule.labels })
    .map(([name, value]) => `              ${name}: ${text(value)}\n`)
    .join('');
  const expected = fires
    ? `        exp_alerts:
          - exp_labels:
${labels}            exp_annotations:
              summary: ${text(rule.meaning)}
              runbook: ${text(rule.runbook)}
`
    : '        exp_alerts: []\n';
  return `  - name: ${text(`${rule.alert} ${fires ? 'fires' : 'does not fire'}`)}
    interval: 1m
    input_series:
${inputs.join('')}    alert_rule_test:
      - eval_time: ${at}
        alertname: ${rule.alert}
${expected}`;
}
