import type { Blobs } from '#shared/blobs/blobs.ts';
import { objectKeys } from '#shared/blobs/object-keys.ts';
import type { Imaging } from '#shared/imaging/imaging.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { deriveImage, sha256Of, storeDerivatives } from './derive-image.ts';
import type { ImageFacts, ImageRecord } from './image-record.ts';

interface Ports {
  blobs: Pick<Blobs, 'get' | 'put' | 'create'>;
  imaging: Pick<Imaging, 'read' | 'perceptualHash' | 'encodeModelImage'>;
}

type Facts = ImageFacts & Pick<ImageRecord, 'file_size'>;

/** The bytes of an image, and whether they are those that an earlier delivery has accepted. */
export interface UploadedFile {
  bytes: Uint8Array;
  accepted: boolean;
}

/** @throws Problem `dependency_unavailable` if there is no file */
export async function fetchFile(
  { blobs }: Pick<Ports, 'blobs'>,
  tenant: TenantId,
  image: ImageId,
): Promise<UploadedFile> {
  const accepted = await blobs.get(tenant, objectKeys.upload(tenant, image));
  if (accepted) return { bytes: accepted, accepted: true };
  const bytes = await blobs.get(tenant, objectKeys.incoming(tenant, image));
  if (!bytes) throw new Problem('dependency_unavailable', 'The uploaded file is not in the store (yet).');
  return { bytes, accepted: false };
}

/**
 * Checks a file, accepts it as the image's, and writes its derivatives. The first delivery to accept a file decides: any
 * other continues with that file, so that record, file and derivatives agree
 * (docs/adr/0033-a-file-is-accepted-once.md). No stranger's bytes are decoded between acceptance and admission.
 */
export async function acceptFile(
  ports: Ports,
  record: ImageRecord,
  sizes: readonly number[],
  { bytes, accepted }: UploadedFile,
): Promise<Facts> {
  const { blobs, imaging } = ports;
  const { tenant_id: tenant, image_id: image, content_type } = record;
  const sha256 = sha256Of(bytes);
  if (!accepted) checkSha256(sha256, record.announced_sha256);
  const file = { bytes, sha256, declaredType: content_type, sizes };
  const { facts, derivatives } = await deriveImage(imaging, tenant, image, file);
  if (!accepted && !(await blobs.create(tenant, objectKeys.upload(tenant, image), bytes, content_type)))
    return acceptFile(ports, record, sizes, await fetchFile(ports, tenant, image));
  await storeDerivatives(blobs, tenant, derivatives);
  return facts;
}

function checkSha256(sha256: string, announced: string | undefined): void {
  if (announced !== undefined && announced !== sha256)
    throw new Problem(
      'checksum_mismatch',
      `The file's SHA-256 is ${sha256}; ${announced} was announced. Announce it again, and send the file unchanged.`,
    );
}
