import type { ImageId, JobId, TenantId } from '#shared/kernel/ids.ts';
import type { Page } from '#shared/kernel/page.ts';
import type { ProblemCode } from '#shared/kernel/problems.ts';

/** Why an object was not imported. */
export interface JobError {
  path: string;
  code: ProblemCode;
  detail: string;
}

/** The errors of tenants' jobs, each by the image that was not made. They are kept for 30 days. */
export interface JobErrors {
  /** Writes an error; again, it is the same one. */
  put(tenant: TenantId, job: JobId, image: ImageId, error: JobError): Promise<void>;
  /** Lists the errors of a job, oldest first. @throws Problem `invalid_cursor` */
  list(
    tenant: TenantId,
    job: JobId,
    page: { cursor?: string | undefined; limit: number },
  ): Promise<Page<JobError>>;
}
