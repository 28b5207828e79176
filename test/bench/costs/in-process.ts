import { deriveImage, sha256Of } from '#shared/images/derive-image.ts';
import { sharpImaging } from '#shared/imaging/sharp-imaging.ts';
import { imageId, tenantId } from '#shared/kernel/ids.ts';
import { bareEmbedder, bareEmbedding, bareValidation } from './bare.ts';
import { cpuEach } from './cpu-each.ts';
import { asCameraFile, type Picture } from './pictures.ts';
import { type CostRow, ratioRow } from './row.ts';

const TENANT = tenantId('bench');
const IMAGE = imageId('img_01ARZ3NDEKTSV4RRFFQ69G5FAV');
const SIZES = [256, 1024];
/** Of 12 megapixels; they take ten times as long. */
const CAMERA_FILES = 12;
const PICTURES = 60;

/** Measures what validation and embedding do with an image's pixels, in one process, beside the bare libraries. */
export async function inProcessRows(pictures: readonly Picture[]): Promise<CostRow[]> {
  const imaging = sharpImaging();
  const validation = (bytes: Uint8Array) =>
    deriveImage(imaging, TENANT, IMAGE, {
      bytes,
      sha256: sha256Of(bytes),
      declaredType: 'image/jpeg',
      sizes: SIZES,
    });
  const web = pictures.slice(0, PICTURES).map(({ bytes }) => bytes);
  const camera = await Promise.all(web.slice(0, CAMERA_FILES).map(asCameraFile));
  const embedder = await bareEmbedder();
  const stored = await Promise.all(
    web.map(async (bytes) => (await validation(bytes)).derivatives[0]?.bytes ?? new Uint8Array()),
  );
  const bare = await Promise.all(web.map(bareValidation));
  const pairs = stored.map((bytes, at) => ({ stored: bytes, bare: bare[at] ?? bytes }));

  const validated = { most: 1.3, of: 'one decode, then 1024 → 512 → 256 and the hashes by bare sharp' };
  return [
    ratioRow(
      'validation in process, web size, CPU',
      await cpuEach(web, [validation, bareValidation]),
      validated,
    ),
    ratioRow(
      'validation in process, 12 Mpx, CPU',
      await cpuEach(camera, [validation, bareValidation]),
      validated,
    ),
    ratioRow(
      'embedding in process, CPU',
      await cpuEach(pairs, [
        async (pair) => {
          const raster = await imaging.decodeModelImage(pair.stored);
          await embedder.embed([await imaging.modelInput(raster, embedder.manifest.input)]);
        },
        (pair) => bareEmbedding(embedder, pair.bare),
      ]),
      { most: 1.4, of: 'PNG decode, resize and ONNX Runtime, bare' },
    ),
  ];
}
