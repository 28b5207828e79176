import { type App, CfnOutput, Duration } from 'aws-cdk-lib';
import {
  AccessLogFormat,
  ApiKeySourceType,
  AuthorizationType,
  CfnStage,
  EndpointType,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  type MethodOptions,
  RequestAuthorizer,
  RestApi,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigateway';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { type IRole, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Environment } from '../config/environments.ts';
import { acknowledge } from '../constructs/acknowledge.ts';
import { answerPreflight } from '../constructs/cors.ts';
import { protect } from '../constructs/firewall.ts';
import { addGatewayResponses } from '../constructs/gateway-responses.ts';
import { appLogGroup } from '../constructs/log-group.ts';
import { removal } from '../constructs/removal.ts';
import type { Routes } from '../constructs/routes.ts';
import { addUsagePlans } from '../constructs/usage-plans.ts';
import { refuseOtherMethods } from '../constructs/wrong-methods.ts';
import { EnvironmentStack } from './environment-stack.ts';

export interface ApiStackProps {
  environment: Environment;
  authorizer: IFunction;
  routes: readonly Routes[];
}

/** Paths that need no credential. */
const OPEN = ['/v1/health/', '/v1/openapi.json'];
const ADMIN = '/v1/admin/';
/** The stage, and the first part of every path of its own address. */
export const STAGE = 'api';
const BASE_URL = /^https:\/\/[a-z0-9.-]+(?::\d{1,5})?(?:\/[\w.-]+)*$/;

/** The HTTP API: joins the flows' routes, and authorises every call. */
export class ApiStack extends EnvironmentStack {
  readonly api: RestApi;

  constructor(app: App, { environment, authorizer, routes }: ApiStackProps) {
    super(app, environment, 'api');
    this.api = this.restApi(environment);
    this.setBaseUrl(environment);
    this.addDomain(environment);
    addGatewayResponses(this.api);
    this.addRoutes(Object.assign({}, ...routes), authorizer, environment);
    addUsagePlans(this, this.api, environment);
    if (environment.firewall) protect(this, environment, this.api.deploymentStage.stageArn);
    else
      acknowledge(this.api, {
        APIG3: 'Staging and prod have a firewall; this environment has no customers.',
      });
    new CfnOutput(this, 'ApiId', { value: this.api.restApiId });
    new CfnOutput(this, 'ApiUrl', { value: environment.apiUrl ? `${environment.apiUrl}/` : this.api.url });
  }

  private restApi(environment: Environment): RestApi {
    const api = new RestApi(this, 'Api', {
      restApiName: `deeplens-${environment.name}`,
      description: 'The DeepLens HTTP API',
      endpointTypes: [EndpointType.REGIONAL],
      apiKeySourceType: ApiKeySourceType[environment.apiKeySource],
      binaryMediaTypes: ['multipart/form-data', 'image/*'],
      cloudWatchRole: true,
      cloudWatchRoleRemovalPolicy: removal(environment),
      deployOptions: {
        stageName: STAGE,
        tracingEnabled: environment.functions.tracing,
        metricsEnabled: true,
        loggingLevel: MethodLoggingLevel.ERROR,
        dataTraceEnabled: false,
        // Anyone may ask; each answer costs five calls of our own.
        methodOptions: { '/v1/health/ready/GET': { throttlingRateLimit: 10, throttlingBurstLimit: 20 } },
        accessLogDestination: new LogGroupLogDestination(
          appLogGroup(this, environment, `/deeplens/${environment.name}/api`),
        ),
        accessLogFormat: AccessLogFormat.jsonWithStandardFields(),
      },
    });
    acknowledge(api, {
      APIG2: 'Each function validates its input by the schema in the OpenAPI document, and names each fault.',
      COG4: 'Our authorizer identifies callers by API key or by a token of any trusted issuer.',
      'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]':
        'The role that AWS defines for API Gateway to write an account’s logs.',
    });
    return api;
  }

  /** The API's own host. Its record in DNS is an alias of the output `DomainTarget`. */
  private addDomain({ domain }: Environment): void {
    if (!domain) return;
    const { domainNameAliasDomainName } = this.api.addDomainName('Domain', {
      domainName: domain.name,
      certificate: Certificate.fromCertificateArn(this, 'Certificate', domain.certificateArn),
      endpointType: EndpointType.REGIONAL,
      securityPolicy: SecurityPolicy.TLS_1_2,
    });
    new CfnOutput(this, 'DomainTarget', { value: domainNameAliasDomainName });
  }

  /** The prefix of links in replies. A stage variable: the functions are deployed before the API has an address. */
  private setBaseUrl({ apiUrl }: Environment): void {
    const { deploymentStage, restApiId } = this.api;
    const stage = deploymentStage.node.defaultChild;
    if (!(stage instanceof CfnStage)) throw new Error('The API has no stage');
    if (apiUrl !== undefined && !BASE_URL.test(apiUrl))
      throw new Error(`apiUrl is ${apiUrl}; it must be https://host or https://host/path.`);
    stage.variables = {
      base_url: apiUrl ?? `https://${restApiId}.execute-api.${this.region}.${this.urlSuffix}/${STAGE}`,
    };
  }

  private addRoutes(routes: Routes, authorizer: IFunction, { name, apiKeySource }: Environment): void {
    const integrations = new Map<IFunction, LambdaIntegration>();
    const invokeRole = this.roleToInvoke(authorizer);
    const credentials = this.authorizer(authorizer, invokeRole);
    const methods = new Map<string, string[]>();
    for (const [route, lambda] of Object.entries(routes)) {
      const [method = '', path = ''] = route.split(' ');
      methods.set(path, [...(methods.get(path) ?? []), method]);
      const integration =
        integrations.get(lambda) ?? new LambdaIntegration(lambda, { scopePermissionToMethod: false });
      integrations.set(lambda, integration);
      const added = this.api.root
        .resourceForPath(path)
        .addMethod(method, integration, accessTo(path, credentials, apiKeySource));
      if (isOpen(path)) acknowledge(added, { APIG4: 'Health and the API’s description are public.' });
    }
    for (const [path, known] of methods) {
      const resource = this.api.root.resourceForPath(path);
      answerPreflight(resource, known);
      refuseOtherMethods(resource, known, name !== 'local');
    }
  }

  /** Avoids a permission on the function, which would make the two stacks depend on each other. */
  private roleToInvoke(handler: IFunction): IRole {
    const role = new Role(this, 'AuthorizerRole', {
      assumedBy: new ServicePrincipal('apigateway.amazonaws.com'),
    });
    role.addToPolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [handler.functionArn] }),
    );
    return role.withoutPolicyUpdates(); // otherwise the library adds every version of the function
  }

  /**
   * Results are not cached: they depend on the key, the token and the route, and a suspension must take effect at once.
   * No identity source is required: API Gateway would refuse a call that lacks one, such as a token without a key, and calls
   * without a credential would not reach the audit log (docs/adr/0040).
   */
  private authorizer(handler: IFunction, assumeRole: IRole) {
    return new RequestAuthorizer(this, 'Authorizer', {
      handler,
      identitySources: [],
      resultsCacheTtl: Duration.seconds(0),
      assumeRole,
    });
  }
}

const isOpen = (path: string): boolean => OPEN.some((open) => path.startsWith(open));

/** A tenant's calls need the key that the authorizer names: the usage plans apply by it. */
function accessTo(
  path: string,
  authorizer: RequestAuthorizer,
  apiKeySource: Environment['apiKeySource'],
): MethodOptions {
  if (isOpen(path)) return { authorizationType: AuthorizationType.NONE };
  return {
    authorizer,
    authorizationType: AuthorizationType.CUSTOM,
    apiKeyRequired: apiKeySource === 'AUTHORIZER' && !path.startsWith(ADMIN),
  };
}
