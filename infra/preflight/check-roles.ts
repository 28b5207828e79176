import type { Environment } from '../config/environments.ts';
import type { Account, LinkedRole } from './account.ts';
import type { Finding } from './findings.ts';

const ROLES = {
  opensearch: {
    service: 'opensearchservice.amazonaws.com',
    name: 'AWSServiceRoleForAmazonOpenSearchService',
  },
  ecs: { service: 'ecs.amazonaws.com', name: 'AWSServiceRoleForECS' },
  scaling: {
    service: 'ecs.application-autoscaling.amazonaws.com',
    name: 'AWSServiceRoleForApplicationAutoScaling_ECSService',
  },
  instances: { service: 'autoscaling.amazonaws.com', name: 'AWSServiceRoleForAutoScaling' },
  spot: { service: 'spot.amazonaws.com', name: 'AWSServiceRoleForEC2Spot' },
} as const satisfies Record<string, LinkedRole>;

/** The roles of AWS's own services that a fresh account lacks: CloudFormation does not make them. */
export const neededRoles = ({ vectorIndex, worker }: Environment): LinkedRole[] => [
  ...(vectorIndex.kind === 'opensearch-domain' ? [ROLES.opensearch] : []),
  ...(worker.kind === 'process' ? [] : [ROLES.ecs, ROLES.scaling]),
  ...(worker.kind === 'gpu' ? [ROLES.instances, ROLES.spot] : []),
];

/** Checks the service-linked roles, and creates those that are missing if asked to. */
export async function checkRoles(
  environment: Environment,
  account: Account,
  fix: boolean,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const role of neededRoles(environment)) {
    const exists = await account.hasLinkedRole(role);
    if (!exists && fix) await account.createLinkedRole(role);
    const subject = `role ${role.name}`;
    const command = `aws iam create-service-linked-role --aws-service-name ${role.service}`;
    if (exists) findings.push({ level: 'ok', subject, says: 'exists' });
    else if (fix) findings.push({ level: 'ok', subject, says: 'created' });
    else findings.push({ level: 'fault', subject, says: 'is missing; --fix creates it', command });
  }
  return findings;
}
