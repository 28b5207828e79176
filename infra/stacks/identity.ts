import { type App, Aws, CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AccountRecovery,
  CfnUserPoolGroup,
  FeaturePlan,
  Mfa,
  OAuthScope,
  ResourceServerScope,
  StandardThreatProtectionMode,
  StringAttribute,
  UserPool,
  type UserPoolClient,
} from 'aws-cdk-lib/aws-cognito';
import { ROLES, SCOPES } from '#shared/domain/tenant.ts';
import type { Environment } from '../config/environments.ts';
import { acknowledge } from '../constructs/acknowledge.ts';

const RESOURCE_SERVER = 'deeplens-api';

/** Who may be a person or an operator: the pool, its roles and scopes, and the operator's machine client. */
export class IdentityStack extends Stack {
  readonly pool: UserPool;
  /** For operators' programs: client credentials, scope `deeplens-api/deeplens.admin`. */
  readonly operator: UserPoolClient;

  constructor(app: App, { environment }: { environment: Environment }) {
    super(app, `deeplens-${environment.name}-identity`, { terminationProtection: environment.keepData });
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
      removalPolicy: environment.keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    const domain = this.pool.addDomain('Domain', {
      cognitoDomain: { domainPrefix: `deeplens-${environment.name}-${Aws.ACCOUNT_ID}` },
    });
    for (const groupName of ROLES)
      new CfnUserPoolGroup(this, groupName, { userPoolId: this.pool.userPoolId, groupName });

    const scopes = SCOPES.map(
      (scopeName) => new ResourceServerScope({ scopeName, scopeDescription: `The scope ${scopeName}` }),
    );
    const server = this.pool.addResourceServer('Api', { identifier: RESOURCE_SERVER, scopes });
    const admin = scopes.filter(({ scopeName }) => scopeName === 'deeplens.admin');
    this.operator = this.pool.addClient('Operator', {
      userPoolClientName: 'operator',
      generateSecret: true,
      oAuth: {
        flows: { clientCredentials: true },
        scopes: admin.map((scope) => OAuthScope.resourceServer(server, scope)),
      },
      accessTokenValidity: Duration.hours(1),
      enableTokenRevocation: true,
    });
    acknowledge(this.pool, {
      COG8: 'The pool has the plan Plus.',
    });
    new CfnOutput(this, 'UserPoolId', { value: this.pool.userPoolId });
    new CfnOutput(this, 'OperatorClientId', { value: this.operator.userPoolClientId });
    new CfnOutput(this, 'TokenEndpoint', { value: `${domain.baseUrl()}/oauth2/token` });
  }
}
