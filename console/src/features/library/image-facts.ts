import type { Image } from '@deeplens/sdk';
import { bytes } from '../../ui/format.ts';

/** A fact as it is shown: a text, or a time. */
export interface FactRow {
  label: string;
  text?: string | undefined;
  at?: string | undefined;
  /** Shown in the type of code. */
  code?: boolean;
}

const known = (rows: readonly FactRow[]): FactRow[] =>
  rows.filter(({ text, at }) => text !== undefined || at !== undefined);

/** Returns what an image is, without what is not known. */
export function detailsOf(image: Image): FactRow[] {
  const { exif = {}, width, height } = image;
  const metadata = Object.entries(image.metadata).map(([label, value]) => ({
    label,
    text: Array.isArray(value) ? value.join(', ') : value,
  }));
  return known([
    { label: 'Id', text: image.image_id, code: true },
    { label: 'External id', text: image.external_id, code: true },
    { label: 'Location', text: image.storage_location },
    { label: 'Pixels', text: width && height ? `${width} × ${height}` : undefined },
    { label: 'Format', text: image.format },
    { label: 'Size', text: bytes(image.file_size) },
    { label: 'Frames', text: image.frames?.toString() },
    { label: 'Pages', text: image.pages?.toString() },
    { label: 'Camera', text: exif.camera },
    { label: 'Lens', text: exif.lens },
    { label: 'Taken', at: exif.taken_at },
    {
      label: 'Position',
      text: exif.gps && `${exif.gps.latitude.toFixed(5)}, ${exif.gps.longitude.toFixed(5)}`,
    },
    { label: 'SHA-256', text: image.hash_sha256, code: true },
    { label: 'MD5', text: image.hash_md5, code: true },
    { label: 'Perceptual hash', text: image.hash_perceptual, code: true },
    { label: 'Models', text: image.models.join(', ') || undefined },
    ...metadata,
  ]);
}

/** Returns when an image passed each step. */
export const historyOf = (image: Image): FactRow[] =>
  known([
    { label: 'Requested', at: image.created_at },
    { label: 'Uploaded', at: image.uploaded_at },
    { label: 'Validated', at: image.validated_at },
    { label: 'Embedded', at: image.processed_at },
    { label: 'Searchable', at: image.indexed_at },
    { label: 'Retries', text: image.retries?.toString() },
  ]);
