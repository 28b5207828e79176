import { Aws, Duration } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { type Conditions, Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  type IFunction,
  Function as LambdaFunction,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type * as z from 'zod';
import type { Environment } from '../config/environments.ts';
import { acknowledgeWildcards } from './acknowledge.ts';
import { type CanaryAlarms, canary } from './canary.ts';
import { functionCode, type ModelFiles } from './function-code.ts';
import { appLogGroup } from './log-group.ts';
import type { NativeModule } from './native-modules.ts';
import { allow } from './permissions.ts';
import { tracesTo } from './traces-to.ts';

type Text<Value> = Value extends string | undefined ? Value : string;

/** The variables of a schema, as text: a missing one does not compile. Lambda sets the region itself. */
export type Variables<Schema extends z.ZodType> = VariablesOf<z.input<Schema>>;
type VariablesOf<Input> = Input extends unknown
  ? { [Name in keyof Input as Exclude<Name, 'AWS_REGION'>]: Text<Input[Name]> }
  : never;

/** A function's place in a network. */
export interface FunctionNetwork {
  vpc: IVpc;
  securityGroup: ISecurityGroup;
  subnets: SubnetSelection;
}

export interface AppFunctionProps<Schema extends z.ZodType> {
  environment: Environment;
  /** Its folder under `functions/`, such as `images/validate-image`; the last part is its name. */
  path: `${string}/${string}`;
  description: string;
  variables: Variables<Schema>;
  /** Seconds. */
  timeout: number;
  /** MB; each 1 769 MB come with one CPU. */
  memory: number;
  /** Concurrent executions that are kept for it, and that it cannot exceed. */
  reserved?: number | undefined;
  /** Deploys a new version to a part of the calls first, where customers are. What ends that: see `canary.ts`. */
  canary?: CanaryAlarms;
  /** Modules with native code, installed in the asset beside the bundle. */
  nativeModules?: readonly NativeModule[];
  /** The files of `models/` to include in the asset. */
  models?: ModelFiles;
  /** The vector index's private network, if the function must reach it. */
  network?: FunctionNetwork | undefined;
}

/** The path of `models/` in a running function. */
export const MODELS_IN_FUNCTION = './models';

/** A Lambda function with its bundle, role and log group. `Schema` is the `Env` of its folder. */
export class AppFunction<Schema extends z.ZodType> extends Construct {
  readonly lambda: LambdaFunction;
  /** The function that callers invoke: itself, or its alias. */
  readonly live: IFunction;
  readonly logGroupName: string;
  private readonly role: Role;

  constructor(scope: Construct, id: string, props: AppFunctionProps<Schema>) {
    super(scope, id);
    const { environment, path, network } = props;
    const name = `deeplens-${environment.name}-${path.split('/').at(-1)}`;
    this.logGroupName = `/deeplens/${environment.name}/${path}`;
    const logGroup = appLogGroup(this, environment, this.logGroupName);
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(this.role);

    this.lambda = new LambdaFunction(this, 'Function', {
      functionName: name,
      description: props.description,
      code: functionCode({
        environment,
        path,
        nativeModules: props.nativeModules ?? [],
        models: props.models,
      }),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture:
        environment.functions.architecture === 'arm64' ? Architecture.ARM_64 : Architecture.X86_64,
      timeout: Duration.seconds(props.timeout),
      memorySize: props.memory,
      role: this.role,
      ...(props.reserved !== undefined && { reservedConcurrentExecutions: props.reserved }),
      logGroup,
      tracing: environment.functions.tracing ? Tracing.ACTIVE : Tracing.DISABLED,
      ...(network && {
        vpc: network.vpc,
        vpcSubnets: network.subnets,
        securityGroups: [network.securityGroup],
      }),
      environment: {
        ...definedOnly(props.variables),
        DEEPLENS_ENV: environment.name,
        ...tracesTo(environment),
        LOG_LEVEL: environment.functions.logLevel,
        NODE_OPTIONS: '--enable-source-maps',
        POWERTOOLS_METRICS_NAMESPACE: 'DeepLens',
        POWERTOOLS_SERVICE_NAME: path,
      },
    });
    this.live =
      props.canary && environment.keepData
        ? canary(this, environment, { lambda: this.lambda, functionName: name, watches: props.canary })
        : this.lambda;
    if (network) this.allowNetworkInterfaces();
    if (environment.functions.tracing)
      acknowledgeWildcards(this, ['*'], 'X-Ray permissions cannot name a resource.');
  }

  /** Calls `allow` of `permissions.ts` with this function's role. */
  allow(actions: readonly string[], resources: readonly string[], conditions?: Conditions): this {
    allow(this, this.role, actions, resources, conditions);
    return this;
  }

  /**
   * Allows it to assume roles of tenants' accounts, where their trust policies let it. Never those of our own account:
   * tenants say which role is assumed.
   */
  assumeTenantRoles(): this {
    const own = `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/*`;
    const statement = { effect: Effect.DENY, actions: ['sts:AssumeRole'], resources: [own] };
    this.role.addToPolicy(new PolicyStatement(statement));
    acknowledgeWildcards(this, [own], 'Denies all roles of the account.');
    return this.allow(['sts:AssumeRole'], [`arn:${Aws.PARTITION}:iam::*:role/*`]);
  }

  /** Replaces the managed policy AWSLambdaVPCAccessExecutionRole, which also allows any log group. */
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
    acknowledgeWildcards(this, ['*'], 'Lambda creates its network interfaces under names not known before.');
  }
}

/** Omits optional variables that are absent. */
const definedOnly = (variables: object): Record<string, string> =>
  Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined));
