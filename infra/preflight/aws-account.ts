import { ACMClient, DescribeCertificateCommand, ResourceNotFoundException } from '@aws-sdk/client-acm';
import { APIGatewayClient, paginateGetApiKeys } from '@aws-sdk/client-api-gateway';
import { ClusterNotFoundException, DescribeServicesCommand, ECSClient } from '@aws-sdk/client-ecs';
import {
  CreateServiceLinkedRoleCommand,
  GetRoleCommand,
  IAMClient,
  NoSuchEntityException,
} from '@aws-sdk/client-iam';
import { GetServiceQuotaCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient, type STSClientConfig } from '@aws-sdk/client-sts';
import type { Account } from './account.ts';

/** The CDK's default qualifier. */
const BOOTSTRAP_VERSION = '/cdk-bootstrap/hnb659fds/version';

/** The configuration that the clients share. */
export type ClientOptions = Pick<STSClientConfig, 'region' | 'credentials' | 'requestHandler'>;

/** Returns the result of a call; undefined if it fails with this error. */
async function unless<Result>(
  missing: abstract new (...args: never[]) => Error,
  call: Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof missing) return undefined;
    throw error;
  }
}

/** The account whose credentials are loaded, as AWS describes it. */
export function awsAccount(options: ClientOptions): Account {
  const sts = new STSClient(options);
  const quotas = new ServiceQuotasClient(options);
  const iam = new IAMClient(options);
  const ssm = new SSMClient(options);
  const gateway = new APIGatewayClient(options);
  const ecs = new ECSClient(options);
  return {
    async id() {
      const { Account: id } = await sts.send(new GetCallerIdentityCommand());
      if (id === undefined) throw new Error('STS returned no account');
      return id;
    },
    async quota({ service, code }) {
      const { Quota } = await quotas.send(
        new GetServiceQuotaCommand({ ServiceCode: service, QuotaCode: code }),
      );
      if (Quota?.Value === undefined)
        throw new Error(`Service Quotas returned no value of ${service} ${code}`);
      return Quota.Value;
    },
    async hasLinkedRole({ name }) {
      const role = await unless(NoSuchEntityException, iam.send(new GetRoleCommand({ RoleName: name })));
      return role !== undefined;
    },
    async createLinkedRole({ service }) {
      await iam.send(new CreateServiceLinkedRoleCommand({ AWSServiceName: service }));
    },
    async bootstrapVersion() {
      const found = await unless(
        ParameterNotFound,
        ssm.send(new GetParameterCommand({ Name: BOOTSTRAP_VERSION })),
      );
      return found && Number(found.Parameter?.Value);
    },
    async certificate(arn) {
      // CloudFront's are in us-east-1, whatever the environment's region is.
      const region = arn.split(':')[3];
      const acm = new ACMClient({ ...options, ...(region && { region }) });
      const found = await unless(
        ResourceNotFoundException,
        acm.send(new DescribeCertificateCommand({ CertificateArn: arn })),
      );
      const { Status = 'UNKNOWN', DomainName, SubjectAlternativeNames = [] } = found?.Certificate ?? {};
      return (
        found && { status: Status, hosts: [...(DomainName ? [DomainName] : []), ...SubjectAlternativeNames] }
      );
    },
    async apiKeys() {
      let keys = 0;
      for await (const { items = [] } of paginateGetApiKeys({ client: gateway, pageSize: 500 }, {}))
        keys += items.length;
      return keys;
    },
    async hasService(cluster, service) {
      const found = await unless(
        ClusterNotFoundException,
        ecs.send(new DescribeServicesCommand({ cluster, services: [service] })),
      );
      return found?.services?.some(({ status }) => status === 'ACTIVE') ?? false;
    },
  };
}
