import * as z from 'zod';
import { IMAGE_FORMAT_NAMES, JOB_STATUSES } from '#shared/kernel/vocabulary.ts';
import { JobIdField, StorageIdField } from './fields.ts';
import { acceptedReply, JobReply } from './jobs.ts';
import { operation } from './operation.ts';

const ScanRequest = z.strictObject({
  storage_id: StorageIdField,
  prefix: z.string().min(1).max(1_024).optional().meta({
    description:
      'Scan only keys that begin so; it begins with the location’s own prefix. Says nothing of missing images.',
  }),
  recursive: z.boolean().default(true).meta({ description: 'False: not below the prefix’s own folder.' }),
  file_types: z.array(z.enum(IMAGE_FORMAT_NAMES)).min(1).max(IMAGE_FORMAT_NAMES.length).optional().meta({
    description: 'By the extension. Default: those of all formats, and objects without an extension.',
  }),
  limit: z.number().int().min(1).max(100_000_000).optional().meta({
    description: 'End the listing once so many objects are new or changed.',
  }),
  dry_run: z.boolean().optional().meta({
    description: 'Only tell what a scan would do, and what it would cost: list calls, get calls, bytes.',
  }),
  full: z.boolean().optional().meta({
    description: 'Also read objects again that could not be read as images before, and have not changed.',
  }),
});

const params = z.object({ job_id: JobIdField });

export const startScan = operation({
  id: 'startScan',
  tag: 'Ingest',
  method: 'POST',
  path: '/v1/index/scan',
  summary: 'Scan a storage location: bring in what is new or changed, and find what is missing',
  policy: 'ManageStorage',
  audited: true,
  idempotent: true,
  body: ScanRequest,
  reply: {
    ...acceptedReply,
    schema: z.object({ job_id: JobIdField, status: z.enum(JOB_STATUSES) }),
  },
  problems: ['not_found', 'conflict'],
});

export const getScan = operation({
  id: 'getScan',
  tag: 'Ingest',
  method: 'GET',
  path: '/v1/index/status/{job_id}',
  summary: 'Get the status and progress of a scan',
  policy: 'UploaderOrAdmin',
  params,
  reply: { status: 200, description: 'The scan.', schema: JobReply },
  problems: ['not_found'],
});

export const cancelScan = operation({
  id: 'cancelScan',
  tag: 'Ingest',
  method: 'POST',
  path: '/v1/index/{job_id}/cancel',
  summary: 'Cancel a scan; images that are brought in stay',
  policy: 'ManageStorage',
  audited: true,
  params,
  reply: acceptedReply,
  problems: ['not_found', 'job_finished'],
});
