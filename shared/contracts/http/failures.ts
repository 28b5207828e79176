import * as z from 'zod';
import { PROBLEM_CODES } from '#shared/kernel/problems.ts';
import { RETRIED_STAGES } from '#shared/kernel/vocabulary.ts';
import { ImageIdField, Status, TenantIdField, Time } from './fields.ts';
import { acceptedReply } from './jobs.ts';
import { operation } from './operation.ts';

export const retryImage = operation({
  id: 'retryImage',
  tag: 'Ingest',
  method: 'POST',
  path: '/v1/images/{image_id}/retry',
  summary: 'Retry a failed image, from the stage at which it failed',
  policy: 'UploaderOrAdmin',
  idempotent: true,
  params: z.object({ image_id: ImageIdField }),
  reply: {
    status: 202,
    description: 'The image is processed again, with all attempts; its status is that before the stage.',
    schema: z.object({ image_id: ImageIdField, status: Status }),
  },
  problems: ['not_found', 'purged', 'conflict'],
});

export const redriveFailures = operation({
  id: 'redriveFailures',
  tag: 'Operator',
  method: 'POST',
  path: '/v1/admin/failures/redrive',
  summary: 'Count the failed images of a stage, then retry those that a retry can mend',
  policy: 'SystemAdmin',
  audited: true,
  idempotent: true,
  body: z.strictObject({
    stage: z.enum(RETRIED_STAGES),
    tenant_id: TenantIdField.optional().meta({ description: 'Absent: all tenants.' }),
    code: z.enum(PROBLEM_CODES).optional().meta({ description: 'Only failures with this code.' }),
    since: Time.optional().meta({ description: 'Only images that failed at or after this time.' }),
    dry_run: z.boolean().optional().meta({
      description:
        'Only count: `progress.found` is what would be retried, `progress.not_mendable` what would not.',
    }),
  }),
  reply: acceptedReply,
  problems: ['not_found'],
});
