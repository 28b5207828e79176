import * as z from 'zod';
import { Credentials } from '#shared/connectors/credentials.ts';
import { JobIdField } from '#shared/kernel/id-fields.ts';
import { ImportMessage } from '#shared/scans/import-message.ts';

/** What the worker's process is started with. */
export const WorkerSettings = z.object({ allowed: z.array(z.string()), credentials: Credentials });
export type WorkerSettings = z.output<typeof WorkerSettings>;

/** The body of a queue's message: a part of a job's work, or an object to import. */
export const Work = z.discriminatedUnion('what', [
  z.object({ what: z.literal('scan'), job: JobIdField }),
  z.object({ what: z.literal('import'), message: ImportMessage }),
]);
export type Work = z.output<typeof Work>;

/** A message as it is delivered to the worker. */
export const Delivery = z.object({ kind: z.literal('delivery'), delivery: z.number(), work: Work });
/** Acknowledges it, or says why it is to be delivered again. */
export const Acknowledgement = z.object({
  kind: z.literal('acknowledgement'),
  delivery: z.number(),
  failure: z.string().optional(),
  /** Of the worker, in bytes. */
  resident: z.number(),
});
