import {
  AuthorizationType,
  type IResource,
  MockIntegration,
  PassthroughBehavior,
} from 'aws-cdk-lib/aws-apigateway';
import { CORS } from '#shared/kernel/cors.ts';
import { PROBLEMS } from '#shared/kernel/problems.ts';
import { acknowledge } from './acknowledge.ts';
import { asText, replyHeaders } from './reply-headers.ts';

const STATUS = '405';
const { status, title } = PROBLEMS.method_not_allowed;

/**
 * Refuses all other methods of a path with a 405 that names those that it takes. API Gateway answers by itself: neither the
 * authorizer nor a function runs.
 * @param withId false where no variable is evaluated in the reply of a mock, as by the emulator
 */
export function refuseOtherMethods(resource: IResource, methods: readonly string[], withId: boolean): void {
  const allow = methods.toSorted().join(', ');
  const { declared, set } = replyHeaders({
    ...asText({
      Allow: allow,
      'Content-Type': 'application/problem+json',
      'Cache-Control': 'no-store',
      ...CORS.reply,
    }),
    ...(withId && { 'x-correlation-id': 'context.requestId' }),
  });
  const problem = {
    type: 'urn:deeplens:problem:method_not_allowed',
    title,
    status,
    detail: `The methods of this path are: ${allow}.`,
    code: 'method_not_allowed',
    ...(withId && { instance: '$context.requestId' }),
  };
  const integration = new MockIntegration({
    // A body of a type without a template would fail as a 500.
    passthroughBehavior: PassthroughBehavior.NEVER,
    requestTemplates: { 'application/json': JSON.stringify({ statusCode: status }) },
    integrationResponses: [
      {
        statusCode: STATUS,
        responseParameters: set,
        responseTemplates: { 'application/json': JSON.stringify(problem) },
      },
    ],
  });
  const method = resource.addMethod('ANY', integration, {
    authorizationType: AuthorizationType.NONE,
    methodResponses: [{ statusCode: STATUS, responseParameters: declared }],
  });
  acknowledge(method, {
    APIG4: 'It only says which methods the path has, as the public OpenAPI document does.',
  });
}
