import { readFileSync } from 'node:fs';
import { type App, CfnOutput, Duration } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  Function as EdgeFunction,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  PriceClass,
  ResponseHeadersPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type IBucket,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { consoleHeaders } from '../../console/headers.ts';
import type { Environment } from '../config/environments.ts';
import { acknowledge } from '../constructs/acknowledge.ts';
import { ConsoleFiles } from '../constructs/console-files.ts';
import { headersPolicy } from '../constructs/console-headers.ts';
import { bucketRemoval } from '../constructs/removal.ts';
import { STAGE } from './api.ts';
import type { DataStack } from './data.ts';
import { EnvironmentStack } from './environment-stack.ts';
import type { IdentityStack } from './identity.ts';

interface ConsoleStackProps {
  environment: Environment;
  api: RestApi;
  data: DataStack;
  identity: IdentityStack;
}

/**
 * The console: its files in a private bucket, and a distribution that serves them at one origin with the API. The API keeps
 * its own address and its firewall: a call through CloudFront is one more client of it.
 */
export class ConsoleStack extends EnvironmentStack {
  constructor(app: App, { environment, api, data, identity }: ConsoleStackProps) {
    super(app, environment, 'console', { holdsData: true }); // its address, which people know
    const bucket = this.filesBucket(environment);
    const distribution = this.distribution(environment, bucket, api, {
      storage: `https://${data.imagesBucket.bucket.bucketRegionalDomainName}`,
      signIn: identity.signInUrl,
    });
    new ConsoleFiles(this, 'Files', { environment, bucket, config: this.config(identity) });
    for (const child of this.node.children)
      if (child.node.id.startsWith('Custom::CDKBucketDeployment'))
        acknowledge(child, { L1: 'The CDK’s own function, with the runtime that it was written for.' });
    const { domainName } = distribution;
    new CfnOutput(this, 'ConsoleUrl', {
      value: `https://${environment.consoleDomain?.name ?? domainName}/`,
    });
    new CfnOutput(this, 'ConsoleTarget', { value: domainName });
  }

  /** What the page reads of the place where it is served: `Config` of console/src/app/config.ts. */
  private config({ pool, clients, signInUrl }: IdentityStack): Record<string, unknown> {
    const { userPoolClientId } = clients.spa;
    return {
      api: `/${STAGE}/v1`,
      oidc: {
        client_id: userPoolClientId,
        scope: clients.scopes.join(' '),
        metadata: {
          issuer: pool.userPoolProviderUrl,
          authorization_endpoint: `${signInUrl}/oauth2/authorize`,
          token_endpoint: `${signInUrl}/oauth2/token`,
          revocation_endpoint: `${signInUrl}/oauth2/revoke`,
        },
        logout_url: `${signInUrl}/logout?client_id=${userPoolClientId}&logout_uri={origin}`,
      },
    };
  }

  /** Holds what anyone may read, and nothing of a tenant: a new deployment writes all of it. */
  private filesBucket(environment: Environment): IBucket {
    const bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      ...bucketRemoval(environment),
      lifecycleRules: [{ id: 'broken-uploads', abortIncompleteMultipartUploadAfter: Duration.days(1) }],
    });
    acknowledge(bucket, { S1: 'CloudFront alone reads it, and what it holds is public.' });
    return bucket as IBucket; // its type differs only under exactOptionalPropertyTypes
  }

  private distribution(
    environment: Environment,
    bucket: IBucket,
    api: RestApi,
    origins: { storage: string; signIn: string },
  ): Distribution {
    const { name, consoleDomain } = environment;
    const headers = new ResponseHeadersPolicy(this, 'Headers', {
      responseHeadersPolicyName: `deeplens-${name}-console`,
      ...headersPolicy(consoleHeaders(origins)),
    });
    const paths = new EdgeFunction(this, 'Paths', {
      functionName: `deeplens-${name}-page-paths`,
      comment: 'Answers paths of the console by its page',
      runtime: FunctionRuntime.JS_2_0,
      code: FunctionCode.fromInline(
        readFileSync(new URL('../constructs/page-paths.js', import.meta.url), 'utf8'),
      ),
    });
    const distribution = new Distribution(this, 'Distribution', {
      comment: `DeepLens console, ${name}`,
      httpVersion: HttpVersion.HTTP2_AND_3,
      priceClass: PriceClass.PRICE_CLASS_100,
      ...(consoleDomain && {
        domainNames: [consoleDomain.name],
        minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
        certificate: Certificate.fromCertificateArn(this, 'Certificate', consoleDomain.certificateArn),
      }),
      defaultBehavior: {
        origin: S3BucketOrigin.withOriginAccessControl(bucket),
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        cachePolicy: CachePolicy.CACHING_OPTIMIZED, // as long as each file's cache-control says
        responseHeadersPolicy: headers,
        functionAssociations: [{ function: paths, eventType: FunctionEventType.VIEWER_REQUEST }],
      },
      additionalBehaviors: {
        // The API's stage has the name that its paths begin with.
        [`/${STAGE}/*`]: {
          origin: new HttpOrigin(`${api.restApiId}.execute-api.${this.region}.${this.urlSuffix}`, {
            protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
          }),
          viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
          allowedMethods: AllowedMethods.ALLOW_ALL,
          cachePolicy: CachePolicy.CACHING_DISABLED,
          originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        },
      },
    });
    acknowledge(distribution, {
      CFR1: 'Tenants may be anywhere.',
      CFR2: 'The firewall is the API’s; files of the console are public and cached.',
      CFR3: 'API Gateway logs the calls; who reads public files is not kept.',
      ...(!consoleDomain && { CFR4: 'CloudFront’s own certificate allows no minimum.' }),
    });
    return distribution;
  }
}
