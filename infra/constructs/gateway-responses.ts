import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { CORS } from '#shared/kernel/cors.ts';
import { PROBLEMS, type ProblemCode } from '#shared/kernel/problems.ts';
import { asText } from './reply-headers.ts';

interface Refusal {
  type: ResponseType;
  code: ProblemCode;
  /** Shown to the caller; without quotes, since it is inserted into JSON unescaped. */
  detail: string;
  /** Seconds, for the header `Retry-After`. */
  retryAfter?: number;
}

/** Refusals by API Gateway itself, before a function is called. */
export const REFUSALS: readonly Refusal[] = [
  {
    type: ResponseType.UNAUTHORIZED,
    code: 'unauthenticated',
    detail: 'The call carries no valid credential.',
  },
  {
    type: ResponseType.ACCESS_DENIED,
    code: 'invalid_api_key',
    detail: 'The API key is not known, or no longer valid.',
  },
  {
    // The authorizer accepted the caller, but API Gateway does not know the key that it named (yet).
    type: ResponseType.INVALID_API_KEY,
    code: 'dependency_unavailable',
    detail: 'The usage plan of the tenant is not ready. Try again.',
    retryAfter: 5,
  },
  {
    type: ResponseType.EXPIRED_TOKEN,
    code: 'token_expired',
    detail: 'The token has expired. Get a new one.',
  },
  {
    type: ResponseType.INVALID_SIGNATURE,
    code: 'unauthenticated',
    detail: 'The call carries no valid credential.',
  },
  {
    type: ResponseType.MISSING_AUTHENTICATION_TOKEN,
    code: 'not_found',
    detail: 'There is no such call in this API.',
  },
  { type: ResponseType.RESOURCE_NOT_FOUND, code: 'not_found', detail: 'There is no such call in this API.' },
  {
    type: ResponseType.REQUEST_TOO_LARGE,
    code: 'payload_too_large',
    detail: 'The body is too large. Use POST /v1/uploads for large images.',
  },
  {
    type: ResponseType.UNSUPPORTED_MEDIA_TYPE,
    code: 'unsupported_media_type',
    detail: 'The content type is not supported.',
  },
  {
    type: ResponseType.BAD_REQUEST_BODY,
    code: 'invalid_request',
    detail: 'The body is not what this call takes.',
  },
  {
    type: ResponseType.BAD_REQUEST_PARAMETERS,
    code: 'invalid_request',
    detail: 'The parameters are not what this call takes.',
  },
  {
    type: ResponseType.THROTTLED,
    code: 'rate_limited',
    detail: 'Too many requests for the plan. Slow down, and try again.',
    retryAfter: 1,
  },
  {
    type: ResponseType.QUOTA_EXCEEDED,
    code: 'quota_exceeded',
    detail: 'The plan’s requests of this month are used up.',
  },
  { type: ResponseType.WAF_FILTERED, code: 'forbidden', detail: 'The request was filtered.' },
  {
    type: ResponseType.INTEGRATION_TIMEOUT,
    code: 'dependency_unavailable',
    detail: 'The call took too long. Try again.',
    retryAfter: 5,
  },
  {
    type: ResponseType.INTEGRATION_FAILURE,
    code: 'dependency_unavailable',
    detail: 'The call could not be answered. Try again.',
    retryAfter: 5,
  },
  {
    type: ResponseType.AUTHORIZER_FAILURE,
    code: 'internal_error',
    detail: 'Something went wrong on our side. Try again.',
    retryAfter: 5,
  },
  {
    type: ResponseType.AUTHORIZER_CONFIGURATION_ERROR,
    code: 'internal_error',
    detail: 'Something went wrong on our side.',
  },
  {
    type: ResponseType.API_CONFIGURATION_ERROR,
    code: 'internal_error',
    detail: 'Something went wrong on our side.',
  },
  { type: ResponseType.DEFAULT_4XX, code: 'invalid_request', detail: 'The request is not valid.' },
  {
    type: ResponseType.DEFAULT_5XX,
    code: 'internal_error',
    detail: 'Something went wrong on our side. Try again.',
    retryAfter: 5,
  },
];

/** Formats the gateway's refusals as the functions do theirs: RFC 9457, with the correlation id. */
export function addGatewayResponses(api: RestApi): void {
  for (const { type, code, detail, retryAfter } of REFUSALS) {
    const { status, title } = PROBLEMS[code];
    api.addGatewayResponse(`Refusal-${type.responseType}`, {
      type,
      statusCode: String(status),
      responseHeaders: {
        'Content-Type': "'application/problem+json'",
        'Cache-Control': "'no-store'",
        'x-correlation-id': 'context.requestId',
        ...asText(CORS.reply),
        ...(retryAfter !== undefined && { 'Retry-After': `'${retryAfter}'` }),
      },
      templates: {
        'application/json': JSON.stringify({
          type: `urn:deeplens:problem:${code}`,
          title,
          status,
          detail,
          code,
          instance: '$context.requestId',
        }),
      },
    });
  }
}
