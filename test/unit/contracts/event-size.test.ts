import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newEvent } from '#shared/contracts/events/new-event.ts';
import { serializeEvent } from '#shared/contracts/events/serialize-event.ts';
import { ExternalId, FileName, MediaType, MetadataField } from '#shared/contracts/http/fields.ts';
import { addImage, UploadFile } from '#shared/contracts/http/images.ts';
import { checkEmbeddingsFit } from '#shared/embedding/embedding-size.ts';
import { loadManifest, loadManifests } from '#shared/embedding/load-manifest.ts';
import type { ModelManifest } from '#shared/embedding/manifest.ts';
import { encodeEmbedding } from '#shared/embedding/wire.ts';
import { imageFields, validatedFields } from '#shared/images/image-event-data.ts';
import type { ImageRecord } from '#shared/images/image-record.ts';
import { failImage } from '#shared/images/reject-image.ts';
import { EVENT_LIMITS, METADATA_LIMITS } from '#shared/kernel/event-limits.ts';
import { IMAGE_FORMAT_NAMES } from '#shared/kernel/vocabulary.ts';
import { announcedImage } from '../../fixtures/image-record.ts';
import { memoryImageStore } from '../../memory/image-store.ts';
import { memoryPublisher } from '../../memory/publisher.ts';

const AT = '2026-11-01T10:00:00.000Z';
const MODELS = join(import.meta.dirname, '../../../models');
/** Characters that take the most bytes as JSON: 6 of a control character, 3 of a CJK one. */
const WIDE = ['\u0001', '中', '"'];

/** A media type of 100 characters, with as many as it can have that JSON escapes. */
const LONGEST_TYPE = `image/${'x'.repeat(29)};${'"'.repeat(64)}`;

const longest = (length: number) => fc.constantFrom(...WIDE).map((character) => character.repeat(length));

/** Metadata near its bounds, of any shape that the contract accepts. */
const metadata = fc
  .dictionary(
    fc.stringMatching(/^[\w.-]{1,64}$/),
    fc.oneof(
      fc.string({ maxLength: 512 }),
      longest(512),
      fc.array(fc.string({ maxLength: 512 }), { maxLength: 32 }),
    ),
    { maxKeys: 60 },
  )
  .filter((value) => MetadataField.safeParse(value).success);

/** Records with every text at its longest. */
const record = fc
  .record({
    name: longest(1024),
    id: longest(256),
    type: fc.constant(LONGEST_TYPE),
    exif: longest(120),
    metadata,
  })
  .map(
    ({ name, id, type, exif, metadata }): ImageRecord =>
      announcedImage({
        status: 'validated',
        file_path: FileName.parse(name),
        external_id: ExternalId.parse(id),
        content_type: MediaType.parse(type),
        metadata: MetadataField.parse(metadata),
        format: IMAGE_FORMAT_NAMES[0],
        width: 100_000,
        height: 100_000,
        hash_sha256: 'f'.repeat(64),
        hash_md5: 'f'.repeat(32),
        hash_perceptual: 'f'.repeat(16),
        exif: {
          camera: `${exif} ${exif}`,
          lens: exif,
          taken_at: AT,
          gps: { latitude: -1 / 3, longitude: -1 / 3 },
        },
        thumbnails: Array.from({ length: 4 }, () => ({
          size: 2048,
          width: 2048,
          height: 2048,
          key: 'k'.repeat(150),
        })),
        validated_at: AT,
        uploaded_at: AT,
      }),
  );

/** An embedding as large as one event may have it. */
const embedding = (model: string, bytes: number) =>
  encodeEmbedding(model, {
    semantic: new Float32Array(1),
    copy: new Float32Array(1),
    local: new Int8Array(bytes),
  });
const LARGEST = [embedding('m', (EVENT_LIMITS.embeddings * 3) / 4 - 100)];

describe('every event that an allowed record can produce', () => {
  it('fits its bus, also with the largest embeddings, and as the original of a failure', async () => {
    await fc.assert(
      fc.asyncProperty(record, async (record) => {
        const envelope = { tenant: record.tenant_id, subject: record.image_id, correlationId: 'c', time: AT };
        const validated = {
          ...validatedFields(record, 'bucket'),
          embed_with: Array.from({ length: 20 }, () => 'm'.repeat(64)),
        };
        const processed = newEvent('images.processed', {
          ...envelope,
          data: { ...validated, embeddings: LARGEST, processed_at: AT },
        });
        const events = [
          newEvent('images.uploaded', { ...envelope, data: imageFields(record, 'bucket') }),
          newEvent('images.validated', { ...envelope, data: validated }),
          processed,
          newEvent('images.indexed', { ...envelope, data: { ...validated, models: ['m'], indexed_at: AT } }),
        ];
        for (const event of events) serializeEvent(event);

        const [imageStore, publisher] = [memoryImageStore(), memoryPublisher()];
        await imageStore.create(record);
        const failure = {
          stage: 'indexing',
          code: 'internal_error',
          detail: '\u0001'.repeat(1000),
          retryable: true,
          attempts: 5,
        } as const;
        const fail = failImage({ imageStore, publisher, blobs: { bucket: 'bucket' } });
        await fail(record.tenant_id, record.image_id, failure, processed, 'c'); // the memory publisher checks the size
        expect(publisher.events).toHaveLength(1);
      }),
      { numRuns: 50 },
    );
  });

  it('leaves the original event out of a failure that would not fit', async () => {
    const [imageStore, publisher] = [memoryImageStore(), memoryPublisher()];
    const { tenant_id, image_id } = announcedImage();
    const failure = {
      stage: 'indexing',
      code: 'internal_error',
      detail: '',
      retryable: true,
      attempts: 5,
    } as const;
    const original = { text: 'x'.repeat(EVENT_LIMITS.event) };
    await failImage({ imageStore, publisher, blobs: { bucket: 'b' } })(
      tenant_id,
      image_id,
      failure,
      original,
      'c',
    );
    expect(publisher.events[0]?.data).toMatchObject({ original_event: { omitted: 'too large' } });
  });
});

describe('an event that is too large', () => {
  it('is a problem that no redelivery repeats', () => {
    const record = announcedImage({ file_path: 'x'.repeat(EVENT_LIMITS.event) });
    const event = newEvent('images.uploaded', {
      ...{ tenant: record.tenant_id, subject: record.image_id, correlationId: 'c', time: AT },
      data: imageFields(record, 'bucket'),
    });
    expect(() => serializeEvent(event)).toThrow(
      expect.objectContaining({ code: 'event_too_large', retryable: false }),
    );
  });
});

describe('the embeddings of an image', () => {
  it('fit one event, also with four times the models of this repository', async () => {
    const manifests = await loadManifests(MODELS, ['deeplens-lite-v1', 'efficientnet-lite1']);
    checkEmbeddingsFit([...manifests, ...manifests, ...manifests, ...manifests]);
  });

  it('are refused before a worker starts if one event cannot have them', async () => {
    const manifest = await loadManifest(MODELS, 'deeplens-lite-v1');
    const many: ModelManifest[] = Array.from({ length: 12 }, () => manifest);
    expect(() => checkEmbeddingsFit(many)).toThrow(/have \d+ bytes for an image; one event can have 196608/);
  });
});

describe('metadata', () => {
  const files = (metadata: unknown) =>
    UploadFile.safeParse({ filename: 'a', content_type: 'image/png', size: 1, metadata });
  const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 'v']));
  /** Metadata whose JSON has so many bytes. */
  const ofBytes = (bytes: number) => {
    const full = Object.fromEntries(Array.from({ length: 15 }, (_, i) => [`k${i}`, 'x'.repeat(512)]));
    const rest = bytes - JSON.stringify({ ...full, z: '' }).length;
    return { ...full, z: 'x'.repeat(rest) };
  };

  it('has at most 50 keys and 8 KB of JSON, in every operation that takes it', () => {
    for (const parse of [
      (value: unknown) => files(value),
      (value: unknown) => addImage.body?.safeParse({ metadata: value }),
      (value: unknown) => addImage.body?.safeParse({ metadata: JSON.stringify(value) }),
    ]) {
      expect(parse(keys(METADATA_LIMITS.keys))?.success).toBe(true);
      expect(parse(ofBytes(METADATA_LIMITS.bytes))?.success).toBe(true);
      for (const refused of [
        keys(METADATA_LIMITS.keys + 1),
        ofBytes(METADATA_LIMITS.bytes + 1),
        { a: Array(32).fill('中'.repeat(512)) },
      ])
        expect(parse(refused)?.error?.issues.map(({ path }) => path)).toEqual([['metadata']]);
    }
  });
});
