import type { App } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Alarm, Dashboard, GraphWidget, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Environment } from '../config/environments.ts';
import { type AlarmRow, alarmRows, type Watched } from '../constructs/alarm-rows.ts';
import { EnvironmentStack } from './environment-stack.ts';

export interface OperationsStackProps extends Watched {
  environment: Environment;
  functions: readonly NodejsFunction[];
  api: RestApi;
}

/** The dashboard and the alarms. */
export class OperationsStack extends EnvironmentStack {
  constructor(app: App, { environment, ...watched }: OperationsStackProps) {
    super(app, environment, 'operations');
    const rows = alarmRows(watched);
    // CloudWatch may not use the AWS-managed key of SNS; messages contain only names and states of alarms.
    const topic = new Topic(this, 'Alarms', {
      topicName: `deeplens-${environment.name}-alarms`,
      enforceSSL: true,
    });
    topic.grantPublish(new ServicePrincipal('cloudwatch.amazonaws.com'));
    for (const row of rows) this.alarm(environment, row).addAlarmAction(new SnsAction(topic));
    this.dashboard(environment, rows);
  }

  private alarm(environment: Environment, row: AlarmRow): Alarm {
    return new Alarm(this, row.name, {
      alarmName: `deeplens-${environment.name}-${row.name}`,
      alarmDescription: row.meaning,
      metric: row.metric,
      threshold: row.above,
      evaluationPeriods: row.periods,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }

  /** Draws a graph per kind of alarm, with its threshold. */
  private dashboard(environment: Environment, rows: readonly AlarmRow[]): void {
    const board = new Dashboard(this, 'Dashboard', { dashboardName: `deeplens-${environment.name}` });
    const graphs = Map.groupBy(rows, ({ graph }) => graph);
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
