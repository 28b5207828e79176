import { Problem } from '#shared/kernel/problems.ts';
import { causeOf, unreachableStorage } from './unreachable-storage.ts';

export type AzureAction = 'list' | 'read' | 'write';

/** The parts of an error of Azure's SDKs that matter here. */
interface AzureError extends Error {
  code?: unknown;
  statusCode?: unknown;
  response?: { headers?: { get(name: string): string | undefined } };
}

const LACKS: Record<AzureAction, string> = {
  list: 'A SAS needs the permissions r and l on the container; an application the role "Storage Blob Data Reader".',
  read: 'A SAS needs the permission r on the container; an application the role "Storage Blob Data Reader".',
  write:
    'A SAS needs the permissions w, c and d on the container; an application the role "Storage Blob Data Contributor".',
};

/** Azure's own code; replies to HEAD have it in a header alone. */
export function azureCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, response }: AzureError = error;
  return response?.headers?.get('x-ms-error-code') ?? (typeof code === 'string' ? code : undefined);
}

/**
 * Translates an error of Azure's SDKs, by its code. The detail names the provider's code, and what is missing.
 * @returns a Problem; the error itself if no server and no network is its cause
 */
export function azureProblem(error: unknown, action: AzureAction, container: string): unknown {
  if (!(error instanceof Error) || error instanceof Problem || error.name === 'AbortError') return error;
  const { statusCode }: AzureError = error;
  const status = typeof statusCode === 'number' ? statusCode : 0;
  const code = azureCode(error) ?? (status > 0 ? `status ${status}` : error.name);
  const problem = (kind: Problem['code'], detail: string) =>
    new Problem(kind, detail, { cause: causeOf(error, code) });
  if (['ContainerNotFound', 'ContainerBeingDeleted', 'ContainerDisabled'].includes(code))
    return problem('bucket_not_found', `There is no container "${container}" (${code}). Check its name.`);
  if (code === 'BlobArchived' || code === 'BlobBeingRehydrated')
    return problem(
      'archived_object',
      `The object is in an archive tier (${code}). Rehydrate it, then scan again.`,
    );
  if (status === 412 || code === 'ConditionNotMet')
    return problem('object_changed', `The object has changed since it was listed (${code}). Scan again.`);
  if (
    status === 401 ||
    status === 403 ||
    error.name === 'AuthenticationError' ||
    error.name === 'AuthenticationRequiredError'
  )
    return problem('storage_access_denied', `The storage refuses (${code}). ${LACKS[action]}`);
  return unreachableStorage(error, status, code);
}
