import {
  AuthorizationType,
  type IResource,
  MockIntegration,
  PassthroughBehavior,
} from 'aws-cdk-lib/aws-apigateway';
import { CORS } from '#shared/kernel/cors.ts';
import { acknowledge } from './acknowledge.ts';

const STATUS = '204';

/** Answers the preflight of every origin. API Gateway answers by itself: neither the authorizer nor a function runs. */
export function answerPreflight(resource: IResource, methods: readonly string[]): void {
  const headers: Record<string, string> = {
    ...CORS.reply,
    'Access-Control-Allow-Methods': methods.toSorted().join(', '),
    'Access-Control-Allow-Headers': CORS.allowedHeaders.join(', '),
    'Access-Control-Max-Age': String(CORS.maxAgeSeconds),
  };
  const mapped = <Value>(value: (text: string) => Value) =>
    Object.fromEntries(
      Object.entries(headers).map(([name, text]) => [`method.response.header.${name}`, value(text)]),
    );
  const integration = new MockIntegration({
    passthroughBehavior: PassthroughBehavior.NEVER,
    requestTemplates: { 'application/json': JSON.stringify({ statusCode: Number(STATUS) }) },
    integrationResponses: [{ statusCode: STATUS, responseParameters: mapped((text) => `'${text}'`) }],
  });
  const method = resource.addMethod('OPTIONS', integration, {
    authorizationType: AuthorizationType.NONE,
    methodResponses: [{ statusCode: STATUS, responseParameters: mapped(() => true) }],
  });
  acknowledge(method, { APIG4: 'Browsers send no credential with a preflight.', COG4: 'As APIG4.' });
}
