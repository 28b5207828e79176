import { objectKeys } from '#shared/blobs/object-keys.ts';
import type { ImageRecord } from '#shared/images/image-record.ts';
import { validateImage } from '#shared/images/validate-image.ts';
import { sharpImaging } from '#shared/imaging/sharp-imaging.ts';
import type { Tenant } from '#shared/tenants/tenant.ts';
import { announcedImage } from '../../fixtures/image-record.ts';
import { photograph } from '../../fixtures/photographs.ts';
import { ACME } from '../../fixtures/tenant.ts';
import { memoryBlobs } from '../../memory/blobs.ts';
import { memoryImageStore } from '../../memory/image-store.ts';
import { memoryPublisher } from '../../memory/publisher.ts';

export const NOW = '2025-01-02T03:05:00.000Z';
export const photo = photograph('locomotion-house-cat');

/** Ports in memory with one tenant and real imaging. */
export const validationPorts = () => ({
  imageStore: memoryImageStore(),
  tenants: { get: async (): Promise<Tenant> => ACME },
  models: ['first', 'second', 'third'] as const,
  blobs: memoryBlobs(),
  imaging: sharpImaging(),
  publisher: memoryPublisher(),
  now: () => new Date(NOW),
});

/** Creates an image's record and uploads its bytes. */
export async function uploadTo(
  ports: ReturnType<typeof validationPorts>,
  bytes: Uint8Array,
  known: Partial<ImageRecord> = {},
) {
  const { tenant_id: tenant, image_id: image, ...rest } = announcedImage(known);
  await ports.imageStore.create({ tenant_id: tenant, image_id: image, ...rest });
  const object = { key: objectKeys.incoming(tenant, image), size: bytes.length };
  await ports.blobs.put(tenant, object.key, bytes, rest.content_type);
  return {
    tenant,
    image,
    object,
    validate: (attempts?: number) => validateImage(ports)(tenant, image, object, attempts),
    record: async () => (await ports.imageStore.get(tenant, image)) ?? announcedImage(),
  };
}

export const typesOf = (events: readonly { type: string }[]) => events.map(({ type }) => type);
