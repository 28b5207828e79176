import type { App } from 'aws-cdk-lib';
import { EbsDeviceVolumeType, SubnetType } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { ResourcePolicy } from 'aws-cdk-lib/aws-logs';
import { Domain, EngineVersion, TLSSecurityPolicy } from 'aws-cdk-lib/aws-opensearchservice';
import type { Environment, VectorIndexRow } from '../config/environments.ts';
import { acknowledge } from '../constructs/acknowledge.ts';
import { appLogGroup } from '../constructs/log-group.ts';
import { removal } from '../constructs/removal.ts';
import { EnvironmentStack } from './environment-stack.ts';
import type { NetworkStack } from './network.ts';

interface VectorIndexStackProps {
  environment: Environment;
  network: NetworkStack;
  row: Extract<VectorIndexRow, { kind: 'opensearch-domain' }>;
}

/** The OpenSearch domain with k-NN, in the private network. Its data derive from the tables and can be rebuilt. */
export class VectorIndexStack extends EnvironmentStack {
  readonly domain: Domain;
  readonly domainName: string;
  readonly network: NetworkStack;

  constructor(app: App, { environment, network, row }: VectorIndexStackProps) {
    super(app, environment, 'vector-index', { holdsData: true });
    this.network = network;
    this.domainName = `deeplens-${environment.name}`;
    const logs = appLogGroup(this, environment, `/deeplens/${environment.name}/vector-index`);
    const mayLog = new ResourcePolicy(this, 'MayLog', {
      policyStatements: [
        new PolicyStatement({
          principals: [new ServicePrincipal('es.amazonaws.com')],
          actions: ['logs:PutLogEvents', 'logs:CreateLogStream'],
          resources: [logs.logGroupArn],
        }),
      ],
    });
    this.domain = new Domain(this, 'Domain', {
      domainName: this.domainName,
      version: EngineVersion.OPENSEARCH_3_5,
      vpc: network.vpc,
      vpcSubnets: [{ subnetType: SubnetType.PRIVATE_ISOLATED }],
      securityGroups: [network.vectorIndex],
      capacity: {
        dataNodes: row.dataNodes,
        dataNodeInstanceType: row.dataNode,
        multiAzWithStandbyEnabled: false,
        ...(row.managers && { masterNodes: 3, masterNodeInstanceType: row.managers }),
      },
      zoneAwareness: { enabled: true, availabilityZoneCount: 2 },
      ebs: { volumeSize: row.volumeGb, volumeType: EbsDeviceVolumeType.GP3 },
      encryptionAtRest: { enabled: true },
      nodeToNodeEncryption: true,
      enforceHttps: true,
      tlsSecurityPolicy: TLSSecurityPolicy.TLS_1_2_PFS,
      logging: {
        appLogEnabled: true,
        appLogGroup: logs,
        slowIndexLogEnabled: true,
        slowIndexLogGroup: logs,
        slowSearchLogEnabled: true,
        slowSearchLogGroup: logs,
      },
      suppressLogsResourcePolicy: true,
      enableVersionUpgrade: true,
      enableAutoSoftwareUpdate: true,
      removalPolicy: removal(environment),
    });
    this.domain.node.addDependency(mayLog);
    acknowledge(this.domain, {
      OS3: 'In a private network: its security group admits only our functions, which sign their requests.',
      OS5: 'There is no resource policy: callers are allowed by their roles’ policies.',
    });
    if (!row.managers)
      acknowledge(this.domain, {
        OS4: 'Two small data nodes need no dedicated managers; prod has them.',
      });
  }
}
