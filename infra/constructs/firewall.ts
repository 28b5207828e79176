import { CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';
import type { Environment } from '../config/environments.ts';

/** Requests per address in five minutes: a little more than an enterprise tenant behind one address may send. */
const PER_ADDRESS = 300_000;

/**
 * Blocks known attackers and floods from one address. Omits the common rule set, which refuses bodies of more than 8 KB,
 * as every image is.
 */
export function protect(scope: Construct, { name }: Environment, stageArn: string): void {
  const visibility = (metricName: string) => ({
    cloudWatchMetricsEnabled: true,
    sampledRequestsEnabled: false,
    metricName: `deeplens-${name}-${metricName}`,
  });
  const managed = (rule: string, priority: number) => ({
    name: rule,
    priority,
    overrideAction: { none: {} },
    statement: { managedRuleGroupStatement: { vendorName: 'AWS', name: rule } },
    visibilityConfig: visibility(rule),
  });
  const acl = new CfnWebACL(scope, 'Firewall', {
    name: `deeplens-${name}`,
    scope: 'REGIONAL',
    defaultAction: { allow: {} },
    rules: [
      managed('AWSManagedRulesAmazonIpReputationList', 0),
      {
        name: 'floods',
        priority: 1,
        action: { block: {} },
        statement: { rateBasedStatement: { limit: PER_ADDRESS, aggregateKeyType: 'IP' } },
        visibilityConfig: visibility('floods'),
      },
    ],
    visibilityConfig: visibility('firewall'),
  });
  new CfnWebACLAssociation(scope, 'FirewallOfApi', { resourceArn: stageArn, webAclArn: acl.attrArn });
}
