import { type App, Fn } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  type IVpc,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import type { Environment } from '../config/environments.ts';
import { appLogGroup } from '../constructs/log-group.ts';
import { EnvironmentStack } from './environment-stack.ts';

/** The AWS services that functions and workers call through endpoints. */
const SERVICES = {
  Sqs: InterfaceVpcEndpointAwsService.SQS,
  Sns: InterfaceVpcEndpointAwsService.SNS,
  Logs: InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
  XRay: InterfaceVpcEndpointAwsService.XRAY,
  // The control plane, where the purge of a tenant removes its keys. The library's APIGATEWAY is for calls of private APIs.
  ApiGateway: new InterfaceVpcEndpointAwsService('apigateway'),
  // The purge of a tenant deletes the accounts of its people.
  Cognito: InterfaceVpcEndpointAwsService.COGNITO_IDP,
  // The purges of a tenant and of a storage location delete their secrets.
  SecretsManager: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
  EcrApi: InterfaceVpcEndpointAwsService.ECR,
  EcrDocker: InterfaceVpcEndpointAwsService.ECR_DOCKER,
  Ecs: InterfaceVpcEndpointAwsService.ECS,
  EcsAgent: InterfaceVpcEndpointAwsService.ECS_AGENT,
  EcsTelemetry: InterfaceVpcEndpointAwsService.ECS_TELEMETRY,
} as const;

/** Subnets without a route to the internet, and those with one through a NAT gateway. */
const PRIVATE = { subnetGroupName: 'private' };
const EGRESS = { subnetGroupName: 'egress' };

/**
 * The private network of the vector index, its clients, and the gpu-worker. Programs that fetch what tenants name are in
 * subnets of their own, from which a NAT gateway leads to the internet; nothing leads in.
 */
export class NetworkStack extends EnvironmentStack {
  readonly vpc: IVpc;
  readonly subnets = { private: PRIVATE, egress: EGRESS } as const;
  /** The group of functions that query the vector index. */
  readonly functions: SecurityGroup;
  readonly vectorIndex: SecurityGroup;
  readonly worker: SecurityGroup;

  constructor(app: App, { environment, zones }: { environment: Environment; zones: number }) {
    super(app, environment, 'network', { holdsData: true });
    const vpc = new Vpc(this, 'Vpc', {
      maxAzs: zones,
      natGateways: 1, // if its zone fails, images at URLs are not fetched until it returns
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [
        { name: 'private', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 20 },
        { name: 'egress', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 22 },
        { name: 'public', subnetType: SubnetType.PUBLIC, cidrMask: 26, mapPublicIpOnLaunch: false },
      ],
      gatewayEndpoints: {
        S3: { service: GatewayVpcEndpointAwsService.S3 },
        DynamoDb: { service: GatewayVpcEndpointAwsService.DYNAMODB },
      },
      flowLogs: {
        All: {
          destination: FlowLogDestination.toCloudWatchLogs(
            appLogGroup(this, environment, `/deeplens/${environment.name}/network`),
          ),
        },
      },
    });
    this.vpc = vpc as IVpc; // its type differs only under exactOptionalPropertyTypes
    this.functions = this.group('Functions', 'Functions that query the vector index');
    this.functions.addEgressRule(Peer.anyIpv4(), Port.tcp(80), 'HTTP to images at URLs');
    this.worker = this.group('Worker', 'The gpu-worker');
    this.vectorIndex = this.group('VectorIndex', 'The OpenSearch domain');
    this.vectorIndex.addIngressRule(this.functions, Port.tcp(443), 'HTTPS from the functions');

    const endpoints = this.group('Endpoints', 'Interface endpoints of AWS services');
    endpoints.addIngressRule(this.functions, Port.tcp(443), 'HTTPS from the functions');
    endpoints.addIngressRule(this.worker, Port.tcp(443), 'HTTPS from the worker');
    for (const [name, service] of Object.entries(SERVICES))
      this.vpc.addInterfaceEndpoint(name, {
        service,
        subnets: PRIVATE,
        securityGroups: [endpoints],
        open: false,
      });
  }

  /** Chosen by CloudFormation: the library would look them up in the account at synthesis. */
  override get availabilityZones(): string[] {
    return [0, 1, 2].map((index) => Fn.select(index, Fn.getAzs()));
  }

  private group(name: string, description: string): SecurityGroup {
    const group = new SecurityGroup(this, name, { vpc: this.vpc, description, allowAllOutbound: false });
    group.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'HTTPS to endpoints and to S3 and DynamoDB');
    return group;
  }
}
