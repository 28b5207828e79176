import { fileURLToPath } from 'node:url';
import { Duration } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { Construct } from 'constructs';
import type { z } from 'zod';
import type { Environment } from '../config/environments.ts';
import { acknowledgeWildcards } from './acknowledge.ts';
import { functionBundling, type ModelFiles, type NativeModule } from './function-bundling.ts';
import { appLogGroup } from './log-group.ts';
import { allow } from './permissions.ts';

type Text<Value> = Value extends string | undefined ? Value : string;

/** The variables that a schema asks for, as text: a missing one does not compile. The region is Lambda's own to set. */
export type Variables<Schema extends z.ZodType> = VariablesOf<z.input<Schema>>;
type VariablesOf<Input> = Input extends unknown
  ? { [Name in keyof Input as Exclude<Name, 'AWS_REGION'>]: Text<Input[Name]> }
  : never;

export interface AppFunctionProps<Schema extends z.ZodType> {
  environment: Environment;
  /** Its folder under `functions/`, such as `ingest/validate-image`; the last part is its name. */
  path: `${string}/${string}`;
  description: string;
  variables: Variables<Schema>;
  /** Seconds. */
  timeout: number;
  /** MB; a CPU of its own comes with each 1 769. */
  memory: number;
  /** Modules with native code, put into the asset beside the bundle. */
  nativeModules?: readonly NativeModule[];
  /** What of `models/` lies in the asset too. */
  models?: ModelFiles;
  /** Where it runs, if it must reach the vector index's private network. */
  network?: { vpc: IVpc; securityGroup: ISecurityGroup } | undefined;
}

/** Where `models/` of the asset lies in a running function. */
export const MODELS_IN_FUNCTION = './models';

/** A Lambda function of ours: one bundle, its own role, its own log group. `Schema` is the `Env` of its folder. */
export class AppFunction<Schema extends z.ZodType> extends Construct {
  readonly lambda: NodejsFunction;
  private readonly role: Role;

  constructor(scope: Construct, id: string, props: AppFunctionProps<Schema>) {
    super(scope, id);
    const { environment, path, network } = props;
    const name = `deeplens-${environment.name}-${path.split('/').at(-1)}`;
    const logGroup = appLogGroup(this, environment, `/deeplens/${environment.name}/${path}`);
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(this.role);

    this.lambda = new NodejsFunction(this, 'Function', {
      functionName: name,
      description: props.description,
      entry: fileURLToPath(new URL(`../../functions/${path}/handler.ts`, import.meta.url)),
      projectRoot: fileURLToPath(new URL('../..', import.meta.url)),
      depsLockFilePath: fileURLToPath(new URL('../../package-lock.json', import.meta.url)),
      runtime: Runtime.NODEJS_24_X,
      architecture:
        environment.functions.architecture === 'arm64' ? Architecture.ARM_64 : Architecture.X86_64,
      timeout: Duration.seconds(props.timeout),
      memorySize: props.memory,
      role: this.role,
      logGroup,
      tracing: environment.functions.tracing ? Tracing.ACTIVE : Tracing.DISABLED,
      ...(network && { vpc: network.vpc, securityGroups: [network.securityGroup] }),
      environment: {
        ...definedOnly(props.variables),
        DEEPLENS_ENV: environment.name,
        LOG_LEVEL: environment.functions.logLevel,
        NODE_OPTIONS: '--enable-source-maps',
        POWERTOOLS_METRICS_NAMESPACE: 'DeepLens',
        POWERTOOLS_SERVICE_NAME: path,
      },
      bundling: functionBundling(environment, props.nativeModules ?? [], props.models),
    });
    if (network) this.allowNetworkInterfaces();
    if (environment.functions.tracing)
      acknowledgeWildcards(this, ['*'], 'X-Ray takes segments for no resource in particular.');
  }

  /** As `allow` of `permissions.ts`, to this function's role. */
  allow(actions: readonly string[], resources: readonly string[]): this {
    allow(this, this.role, actions, resources);
    return this;
  }

  /** In place of the managed policy AWSLambdaVPCAccessExecutionRole, which also allows logs of any group. */
  private allowNetworkInterfaces(): void {
    this.role.addToPolicy(
      new PolicyStatement({
        actions: [
          'ec2:AssignPrivateIpAddresses',
          'ec2:CreateNetworkInterface',
          'ec2:DeleteNetworkInterface',
          'ec2:DescribeNetworkInterfaces',
          'ec2:DescribeSubnets',
          'ec2:UnassignPrivateIpAddresses',
        ],
        resources: ['*'],
      }),
    );
    acknowledgeWildcards(this, ['*'], 'Lambda asks for its network interfaces before they have a name.');
  }
}

/** An optional variable that is absent is no variable at all. */
const definedOnly = (variables: object): Record<string, string> =>
  Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined));
