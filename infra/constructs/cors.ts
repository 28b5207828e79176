import {
  AuthorizationType,
  type IResource,
  MockIntegration,
  PassthroughBehavior,
} from 'aws-cdk-lib/aws-apigateway';
import { CORS } from '#shared/kernel/cors.ts';
import { acknowledge } from './acknowledge.ts';
import { asText, replyHeaders } from './reply-headers.ts';

const STATUS = '204';

/** Answers the preflight of every origin. API Gateway answers by itself: neither the authorizer nor a function runs. */
export function answerPreflight(resource: IResource, methods: readonly string[]): void {
  const { declared, set } = replyHeaders(
    asText({
      ...CORS.reply,
      'Access-Control-Allow-Methods': methods.toSorted().join(', '),
      'Access-Control-Allow-Headers': CORS.allowedHeaders.join(', '),
      'Access-Control-Max-Age': String(CORS.maxAgeSeconds),
    }),
  );
  const integration = new MockIntegration({
    passthroughBehavior: PassthroughBehavior.NEVER,
    requestTemplates: { 'application/json': JSON.stringify({ statusCode: Number(STATUS) }) },
    integrationResponses: [{ statusCode: STATUS, responseParameters: set }],
  });
  const method = resource.addMethod('OPTIONS', integration, {
    authorizationType: AuthorizationType.NONE,
    methodResponses: [{ statusCode: STATUS, responseParameters: declared }],
  });
  acknowledge(method, { APIG4: 'Browsers send no credential with a preflight.', COG4: 'As APIG4.' });
}
