import { isTransient } from '#shared/aws/unavailable.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { BucketAccess, S3Action } from './s3-access.ts';

/** The parts of an SDK's error that matter here. S3 names the bucket's region in the body or in a header. */
interface S3Error extends Error {
  Region?: unknown;
  $metadata?: { httpStatusCode?: number };
  $response?: { headers?: Record<string, string> };
}

/** Seconds. The SDK has already tried three times. */
const RETRY_AFTER = 10;
const WRONG_REGION = new Set([
  'PermanentRedirect',
  'TemporaryRedirect',
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
]);
/** Refusals of credentials that are not answered with 403. */
const REFUSED = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidToken',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'KMS.DisabledException',
  'KMS.NotFoundException',
  'KMS.KMSInvalidStateException',
]);

/**
 * Translates an error of S3 or STS, by its code. The detail names the provider's code, and what is missing.
 * @returns a Problem; the error itself if no server and no network is its cause: an abort, or a bug
 */
export function s3Problem(error: unknown, action: S3Action, access: BucketAccess): unknown {
  if (!(error instanceof Error) || error instanceof Problem || error.name === 'AbortError') return error;
  const failed: S3Error = error;
  const status = failed.$metadata?.httpStatusCode ?? 0;
  const problem = (code: Problem['code'], detail: string, retryAfter?: number) =>
    new Problem(code, detail, { cause: error, ...(retryAfter !== undefined && { retryAfter }) });
  const [code, { bucket }] = [codeOf(failed), access];

  if (failed.name === 'NoSuchBucket')
    return problem('bucket_not_found', `There is no bucket "${bucket}" (${code}). Check its name.`);
  if (failed.name === 'InvalidObjectState') return archived();
  if (failed.name === 'PreconditionFailed' || failed.name === 'ConditionalRequestConflict' || status === 412)
    return problem('object_changed', `The object has changed since it was listed (${code}). Scan again.`);
  if (WRONG_REGION.has(failed.name) || status === 301 || status === 307) {
    const region = failed.Region ?? failed.$response?.headers?.['x-amz-bucket-region'];
    const there = typeof region === 'string' ? ` It is in ${region}: state that as its region.` : '';
    return problem('region_mismatch', `The bucket "${bucket}" is in another region (${code}).${there}`);
  }
  if (status === 401 || status === 403 || REFUSED.has(failed.name))
    return problem('storage_access_denied', `The storage refuses (${code}). ${access.missing(action)}`);
  if (isTransient(failed) || failed.name === 'TimeoutError')
    return problem('storage_unreachable', `The storage does not answer now (${code}).`, RETRY_AFTER);
  if (status > 0 || 'code' in failed || failed.name === 'SyntaxError')
    return problem(
      'storage_unreachable',
      `The storage does not answer as S3 does (${code}). Check the endpoint and the bucket's name.`,
    );
  return error;
}

/** Returns the problem of an object that can be read only after it was restored. */
const archived = (): Problem =>
  new Problem('archived_object', 'The object is in an archive tier. Restore it, then scan again.');

/** The provider's own code: S3's, or Node's for what kept it from answering. */
function codeOf(error: S3Error): string {
  if ('code' in error && typeof error.code === 'string') return error.code;
  const status = error.$metadata?.httpStatusCode;
  return status === undefined ? error.name : `${error.name}, status ${status}`;
}
