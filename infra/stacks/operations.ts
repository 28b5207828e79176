import type { App } from 'aws-cdk-lib';
import {
  Alarm,
  AlarmRule,
  AlarmState,
  CompositeAlarm,
  Dashboard,
  GraphWidget,
  type IAlarm,
  MathExpression,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription, UrlSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { AlarmRow, CompositeRow, Severity } from '../alarms/alarm-row.ts';
import { burnRates } from '../alarms/objective-alarms.ts';
import type { Environment } from '../config/environments.ts';
import { alarmRows, type Watched } from '../constructs/alarm-rows.ts';
import { savedQueries } from '../constructs/saved-queries.ts';
import { cloudWatchBoards } from '../dashboards/cloudwatch-boards.ts';
import { EnvironmentStack } from './environment-stack.ts';

export interface OperationsStackProps extends Watched {
  environment: Environment;
}

/** Where runbooks are, from the repository's root. */
const RUNBOOKS = 'docs/operate/alarms.md';
/** The links of runbooks, as Markdown makes them. */
const describe = ({
  meaning,
  severity,
  runbook,
}: Pick<AlarmRow, 'meaning' | 'severity' | 'runbook'>): string =>
  `${meaning} [${severity}] ${RUNBOOKS}#${runbook.toLowerCase()}`;

/** The dashboards, the alarms, and the topics through which they are sent. */
export class OperationsStack extends EnvironmentStack {
  constructor(app: App, { environment, ...watched }: OperationsStackProps) {
    super(app, environment, 'operations');
    // The emulator's CloudFormation knows neither expressions nor composite alarms nor saved queries.
    const isLocal = environment.name === 'local';
    const rows = alarmRows(watched).filter(({ metric }) => !isLocal || metric instanceof Metric);
    const topics = { page: this.topic(environment, 'page'), ticket: this.topic(environment, 'ticket') };
    const parts = new Map<string, Alarm[]>();
    for (const row of rows) {
      const alarm = this.alarm(environment, row);
      if (row.partOf) parts.set(row.partOf, [...(parts.get(row.partOf) ?? []), alarm]);
      else alarm.addAlarmAction(new SnsAction(topics[row.severity]));
    }
    if (!isLocal) savedQueries(this, environment, watched.functions);
    if (!isLocal)
      for (const row of burnRates())
        this.composite(environment, row, parts.get(row.name) ?? []).addAlarmAction(
          new SnsAction(topics[row.severity]),
        );
    this.dashboard(environment, rows);
    cloudWatchBoards(this, environment);
  }

  /** CloudWatch may not use the AWS-managed key of SNS; messages contain only names and states of alarms. */
  private topic(environment: Environment, severity: Severity): Topic {
    const topic = new Topic(this, severity === 'page' ? 'Pages' : 'Tickets', {
      topicName: `deeplens-${environment.name}-${severity}`,
      enforceSSL: true,
    });
    topic.grantPublish(new ServicePrincipal('cloudwatch.amazonaws.com'));
    const subscriber = environment.subscribers[severity];
    if (subscriber)
      topic.addSubscription(
        subscriber.startsWith('https:') ? new UrlSubscription(subscriber) : new EmailSubscription(subscriber),
      );
    return topic;
  }

  private alarm(environment: Environment, row: AlarmRow): Alarm {
    return new Alarm(this, row.name, {
      alarmName: `deeplens-${environment.name}-${row.name}`,
      alarmDescription: describe(row),
      metric: row.metric,
      threshold: row.above,
      evaluationPeriods: row.periods,
      treatMissingData:
        row.missing === 'breaching' ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
  }

  private composite(environment: Environment, row: CompositeRow, parts: readonly IAlarm[]): CompositeAlarm {
    return new CompositeAlarm(this, row.name, {
      compositeAlarmName: `deeplens-${environment.name}-${row.name}`,
      alarmDescription: describe(row),
      alarmRule: AlarmRule.allOf(...parts.map((part) => AlarmRule.fromAlarm(part, AlarmState.ALARM))),
    });
  }

  /** Draws a graph per kind of alarm, with its threshold. */
  private dashboard(environment: Environment, rows: readonly AlarmRow[]): void {
    const board = new Dashboard(this, 'Dashboard', { dashboardName: `deeplens-${environment.name}` });
    // An expression names its metrics, and a graph knows a name once.
    const graphs = Map.groupBy(rows, ({ graph, name, metric }) =>
      metric instanceof MathExpression ? `${graph}: ${name}` : graph,
    );
    const widgets = [...graphs].map(([title, group]) => {
      const left = group.map(({ name, metric }) => metric.with({ label: name }));
      const thresholds = [...new Set(group.map(({ above }) => above))];
      return new GraphWidget({
        title,
        left,
        width: 12,
        leftAnnotations: thresholds.map((value) => ({ value, label: 'alarm' })),
      });
    });
    board.addWidgets(...widgets);
  }
}
