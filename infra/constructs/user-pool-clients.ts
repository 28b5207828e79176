import { Duration } from 'aws-cdk-lib';
import {
  ClientAttributes,
  OAuthScope,
  type ResourceServerScope,
  UserPoolClient,
  type UserPoolClientProps,
  type UserPoolResourceServer,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';

interface ClientsProps {
  pool: UserPoolClientProps['userPool'];
  server: UserPoolResourceServer;
  scopes: readonly ResourceServerScope[];
  /** Where people are sent back to. */
  consoleUrls: readonly string[];
}

const READ = new ClientAttributes()
  .withStandardAttributes({ email: true, emailVerified: true, fullname: true })
  .withCustomAttributes('tenant_id', 'organization', 'storage_quota');
/** Nobody chooses a tenant, an organization or a quota for themselves. */
const WRITE = new ClientAttributes().withStandardAttributes({ email: true, fullname: true });

/** The programs that the pool makes tokens for. An access token of each is valid for an hour: it is what a revocation outlives. */
export class UserPoolClients extends Construct {
  /** A console with a server of its own: authorization code with PKCE, and a secret. */
  readonly web: UserPoolClient;
  /** A console in the browser alone: authorization code with PKCE. */
  readonly spa: UserPoolClient;
  /** The operator's programs: client credentials, scope `deeplens-api/deeplens.admin`. */
  readonly machine: UserPoolClient;

  constructor(scope: Construct, id: string, { pool, server, scopes, consoleUrls }: ClientsProps) {
    super(scope, id);
    const ours = (some: readonly ResourceServerScope[]) =>
      some.map((each) => OAuthScope.resourceServer(server, each));
    const client = (name: string, props: Omit<UserPoolClientProps, 'userPool'>) =>
      new UserPoolClient(this, name, {
        userPool: pool,
        userPoolClientName: name.toLowerCase(),
        accessTokenValidity: Duration.hours(1),
        enableTokenRevocation: true,
        preventUserExistenceErrors: true,
        ...props,
      });
    const forPeople = {
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [OAuthScope.OPENID, OAuthScope.EMAIL, OAuthScope.PROFILE, ...ours(scopes)],
        callbackUrls: [...consoleUrls],
        logoutUrls: [...consoleUrls],
      },
      idTokenValidity: Duration.hours(1),
      refreshTokenValidity: Duration.days(1),
      readAttributes: READ,
      writeAttributes: WRITE,
    };
    this.web = client('Web', { ...forPeople, generateSecret: true });
    this.spa = client('Spa', { ...forPeople, generateSecret: false });
    this.machine = client('Machine', {
      generateSecret: true,
      oAuth: {
        flows: { clientCredentials: true },
        scopes: ours(scopes.filter(({ scopeName }) => scopeName === 'deeplens.admin')),
      },
    });
  }

  get all(): readonly UserPoolClient[] {
    return [this.web, this.spa, this.machine];
  }
}
