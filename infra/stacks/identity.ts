import { type App, Aws, CfnOutput, Duration } from 'aws-cdk-lib';
import {
  AccountRecovery,
  CfnUserPoolGroup,
  FeaturePlan,
  LambdaVersion,
  Mfa,
  ResourceServerScope,
  StandardThreatProtectionMode,
  StringAttribute,
  UserPool,
  UserPoolOperation,
} from 'aws-cdk-lib/aws-cognito';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { ROLES, SCOPES } from '#shared/kernel/access.ts';
import type { Env as AddClaimsEnv } from '../../functions/identity/add-claims/env.ts';
import type { Environment } from '../config/environments.ts';
import { acknowledge } from '../constructs/acknowledge.ts';
import { AppFunction } from '../constructs/app-function.ts';
import { removal } from '../constructs/removal.ts';
import { UserPoolClients } from '../constructs/user-pool-clients.ts';
import { EnvironmentStack } from './environment-stack.ts';

const RESOURCE_SERVER = 'deeplens-api';

/** The user pool, with its roles, scopes and clients. */
export class IdentityStack extends EnvironmentStack {
  readonly pool: UserPool;
  readonly clients: UserPoolClients;
  readonly functions: IFunction[];
  /** Of the hosted sign-in pages, without a slash at the end. */
  readonly signInUrl: string;

  constructor(app: App, { environment }: { environment: Environment }) {
    super(app, environment, 'identity', { holdsData: true });
    this.pool = new UserPool(this, 'Pool', {
      userPoolName: `deeplens-${environment.name}`,
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      mfa: Mfa.REQUIRED,
      mfaSecondFactor: { otp: true, sms: false },
      passwordPolicy: {
        minLength: 12,
        requireDigits: true,
        requireLowercase: true,
        requireSymbols: true,
        requireUppercase: true,
        tempPasswordValidity: Duration.days(3),
      },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      customAttributes: {
        tenant_id: new StringAttribute({ mutable: false }),
        organization: new StringAttribute({ mutable: true }),
        storage_quota: new StringAttribute({ mutable: true }),
      },
      featurePlan: FeaturePlan.PLUS,
      standardThreatProtectionMode: StandardThreatProtectionMode.FULL_FUNCTION,
      deletionProtection: environment.keepData,
      removalPolicy: removal(environment),
    });
    const domain = this.pool.addDomain('Domain', {
      cognitoDomain: { domainPrefix: `deeplens-${environment.name}-${Aws.ACCOUNT_ID}` },
    });
    this.signInUrl = domain.baseUrl();
    for (const groupName of ROLES)
      new CfnUserPoolGroup(this, groupName, { userPoolId: this.pool.userPoolId, groupName });

    const scopes = SCOPES.map(
      (scopeName) => new ResourceServerScope({ scopeName, scopeDescription: `The scope ${scopeName}` }),
    );
    const server = this.pool.addResourceServer('Api', { identifier: RESOURCE_SERVER, scopes });
    const { pool } = this;
    const { consoleUrls } = environment;
    this.clients = new UserPoolClients(this, 'Clients', { pool, server, scopes, consoleUrls });
    const addClaims = this.addClaims(environment);
    // Version 2 runs for users only; the machine client needs no claims added.
    this.pool.addTrigger(UserPoolOperation.PRE_TOKEN_GENERATION_CONFIG, addClaims, LambdaVersion.V2_0);
    this.functions = [addClaims];
    acknowledge(this.pool, {
      COG8: 'The pool has the plan Plus.',
    });
    new CfnOutput(this, 'UserPoolId', { value: this.pool.userPoolId });
    new CfnOutput(this, 'WebClientId', { value: this.clients.web.userPoolClientId });
    new CfnOutput(this, 'SpaClientId', { value: this.clients.spa.userPoolClientId });
    new CfnOutput(this, 'OperatorClientId', { value: this.clients.machine.userPoolClientId });
    new CfnOutput(this, 'SignInUrl', { value: this.signInUrl });
    new CfnOutput(this, 'TokenEndpoint', { value: `${this.signInUrl}/oauth2/token` });
  }

  private addClaims(environment: Environment): IFunction {
    return new AppFunction<typeof AddClaimsEnv>(this, 'AddClaims', {
      environment,
      path: 'identity/add-claims',
      description: 'Adds role and tenant to a user’s tokens',
      variables: { RESOURCE_SERVER },
      timeout: 5, // Cognito’s limit
      memory: 512,
    }).lambda;
  }
}
