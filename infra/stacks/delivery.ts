import { type App, Aws, CfnOutput } from 'aws-cdk-lib';
import { PolicyStatement, Role, WebIdentityPrincipal } from 'aws-cdk-lib/aws-iam';
import type { Environment } from '../config/environments.ts';
import { acknowledge } from '../constructs/acknowledge.ts';
import { QUALIFIER } from '../constructs/bootstrap.ts';
import { EnvironmentStack } from './environment-stack.ts';

/** GitHub's issuer of tokens for workflows. An account has one provider for it, which this stack expects: docs/operate/delivery.md. */
const ISSUER = 'token.actions.githubusercontent.com';

interface DeliveryStackProps {
  environment: Environment;
  /** The repository as the subjects of its tokens begin: `repo:owner/name`, or with the immutable numbers. */
  repository: string;
}

/**
 * The roles of the workflow that deploys: one for jobs of this environment, one for pull requests, which may only read. Each
 * trusts one exact subject, and may do nothing but assume roles of the CDK's bootstrap.
 */
export class DeliveryStack extends EnvironmentStack {
  constructor(app: App, { environment, repository }: DeliveryStackProps) {
    super(app, environment, 'delivery');
    const { name } = environment;
    const role = (id: string, subject: string, bootstrapRoles: readonly string[], description: string) => {
      const made = new Role(this, `${id}Role`, {
        roleName: `deeplens-${name}-${id.toLowerCase()}`,
        description,
        assumedBy: new WebIdentityPrincipal(
          `arn:${Aws.PARTITION}:iam::${this.account}:oidc-provider/${ISSUER}`,
          { StringEquals: { [`${ISSUER}:aud`]: 'sts.amazonaws.com', [`${ISSUER}:sub`]: subject } },
        ),
      });
      made.addToPolicy(
        new PolicyStatement({
          actions: ['sts:AssumeRole'],
          resources: bootstrapRoles.map(
            (role) =>
              `arn:${Aws.PARTITION}:iam::${this.account}:role/cdk-${QUALIFIER}-${role}-role-${this.account}-${this.region}`,
          ),
        }),
      );
      new CfnOutput(this, `${id}Arn`, { value: made.roleArn });
      return made;
    };
    const deploy = role(
      'Deploy',
      `${repository}:environment:${name}`,
      ['deploy', 'file-publishing', 'image-publishing', 'lookup'],
      'Deploys this environment, from jobs of the environment of the same name',
    );
    // The soak reads the states of alarms; a state names no tenant.
    deploy.addToPolicy(new PolicyStatement({ actions: ['cloudwatch:DescribeAlarms'], resources: ['*'] }));
    acknowledge(deploy, { 'IAM5[Resource::*]': 'cloudwatch:DescribeAlarms, by a prefix of names.' });
    role('Diff', `${repository}:pull_request`, ['lookup'], 'Compares a pull request with what is deployed');
  }
}
