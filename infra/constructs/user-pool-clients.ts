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
  /** Redirect targets after signing in or out. */
  consoleUrls: readonly string[];
}

const READ = new ClientAttributes()
  .withStandardAttributes({ email: true, emailVerified: true, fullname: true })
  .withCustomAttributes('tenant_id', 'organization', 'storage_quota');
/** Users cannot change their tenant, organization or quota. */
const WRITE = new ClientAttributes().withStandardAttributes({ email: true, fullname: true });

/** The pool's clients. Access tokens are valid for an hour, so that a revocation must last at least as long. */
export class UserPoolClients extends Construct {
  /** A console with a server: authorization code with PKCE, and a secret. */
  readonly web: UserPoolClient;
  /** A console in the browser only: authorization code with PKCE. */
  readonly spa: UserPoolClient;
  /** The operator's programs: client credentials, scope `deeplens-api/deeplens.admin`. */
  readonly machine: UserPoolClient;
  /** What a console asks for a person: a token gets of these what its role has. */
  readonly scopes: readonly string[];

  constructor(scope: Construct, id: string, { pool, server, scopes, consoleUrls }: ClientsProps) {
    super(scope, id);
    const oauthScopes = (some: readonly ResourceServerScope[]) =>
      some.map((each) => OAuthScope.resourceServer(server, each));
    const client = (name: string, props: Omit<UserPoolClientProps, 'userPool'>) =>
      new UserPoolClient(this, name, {
        userPool: pool,
        userPoolClientName: name.toLowerCase(),
        accessTokenValidity: Duration.hours(1),
        enableTokenRevocation: true,
        preventUserExistenceErrors: true,
        // No other flow of the sign-in API: a password goes to the hosted page only. Without a list, Cognito allows SRP and custom flows.
        authFlows: { user: false }, // the library adds ALLOW_REFRESH_TOKEN_AUTH
        ...props,
      });
    const peoples = [OAuthScope.OPENID, OAuthScope.EMAIL, OAuthScope.PROFILE, ...oauthScopes(scopes)];
    this.scopes = peoples.map(({ scopeName }) => scopeName);
    const forPeople = {
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: peoples,
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
        scopes: oauthScopes(scopes.filter(({ scopeName }) => scopeName === 'deeplens.admin')),
      },
    });
  }

  get all(): readonly UserPoolClient[] {
    return [this.web, this.spa, this.machine];
  }
}
