import * as z from 'zod';
import { IMAGE_ID_PATTERN } from '#shared/kernel/ids.ts';

const Id = z.string().max(256).optional().catch(undefined);

/** The ids in the body of any of our messages. */
const Ids = z
  .object({
    tenantid: Id,
    tenant_id: Id,
    subject: Id,
    image_id: Id,
    correlationid: Id,
    type: Id,
    job_id: Id,
    webhook_id: Id,
    delivery_id: Id,
  })
  .catch({});

/** What log lines say of a message: whose it is, and what it is about. */
export type Subject = Readonly<Record<string, string>>;

/** A notification of S3 about one upload, `incoming/{tenant}/{image}`. */
const Uploaded = z.object({
  Records: z.tuple([
    z.object({
      s3: z.object({
        object: z.object({
          key: z
            .string()
            .max(1024)
            .transform((key) => key.split('/')),
        }),
      }),
    }),
  ]),
});

/** Returns the ids in a message's body, and nothing else of it. */
export function subjectOf(body: unknown): Subject {
  const upload = Uploaded.safeParse(body).data?.Records[0].s3.object.key;
  if (upload) return subjectOf({ tenant_id: upload[1], image_id: upload[2] });
  const {
    tenantid,
    tenant_id = tenantid,
    subject = '',
    correlationid: correlation_id,
    ...ids
  } = Ids.parse(body);
  const image_id = ids.image_id ?? (IMAGE_ID_PATTERN.test(subject) ? subject : undefined);
  const found = { tenant_id, ...ids, image_id, correlation_id };
  return Object.fromEntries(Object.entries(found).flatMap(([name, id]) => (id ? [[name, id]] : [])));
}

/** Returns true if the message is a step of an image or of a delivery, which gets a line of its own. */
export const isStep = ({ image_id, delivery_id }: Subject): boolean =>
  image_id !== undefined || delivery_id !== undefined;
