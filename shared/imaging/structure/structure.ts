import { Problem } from '#shared/kernel/problems.ts';

/** The facts that a file's structure states, found in time linear in the file, without decoding. */
export interface Structure {
  /** The file for the decoder: what pixels need, without metadata that is costly to parse. */
  decodable: Uint8Array;
  /** The EXIF block, from its byte order mark on; at most `MAX_EXIF_BYTES`. */
  exif?: Uint8Array;
  /** Frames of an animation or sequence, at most `MAX_PARTS`; the decodable file has the first alone. */
  frames?: number;
  /** Pages, at most `MAX_PARTS`; the decodable file has the first alone. */
  pages?: number;
  /** Passes over all pixels that the decoder makes: the scans of a JPEG. */
  scans: number;
  /**
   * The file ends before its structure does: the picture is cut off `certainly`, or `maybe`, which decoding shows. The
   * decodable file is as much as there is.
   */
  cutOff?: 'certainly' | 'maybe';
  /** Warnings about a file whose picture is whole. */
  oddities?: readonly string[];
  /** True if the decodable file is a preview that the camera embedded. */
  previewOnly?: boolean;
  /** True if the colour profile is damaged or too large, and was dropped. */
  profileIgnored?: boolean;
}

/**
 * Parts (segments, chunks, blocks or boxes) of one file, data aside. Photographs from cameras have fewer than 100; a JPEG
 * with the largest ICC profile has 255.
 */
export const MAX_PARTS = 10_000;
/** A segment of JPEG, which cameras write, holds 64 KB. Larger blocks in other formats are read as far as that. */
export const MAX_EXIF_BYTES = 65_536;
/** Larger colour profiles are dropped: those of cameras and displays have 0.5 to 4 KB, those of presses up to 3 MB. */
export const MAX_PROFILE_BYTES = 4 * 1024 * 1024;

/** An oddity. */
export const ENDS_EARLY = 'The file ends before its end marker. The picture is whole.';

/** @param loss how much is lost, if that is known */
export const truncated = (loss = '') =>
  new Problem('truncated', `The file ends before the image does. Send the whole file. ${loss}`.trim());

/** Says how much of a picture is lost at its end. */
export const lossOf = (rows: number, height: number): string =>
  `About ${Math.max(1, Math.round((100 * rows) / height))} % of the picture are missing, at its end.`;

/** @throws Problem `unreadable_image` if `count` exceeds what an image needs */
export function limitParts(count: number, limit = MAX_PARTS): void {
  if (count > limit) {
    throw new Problem(
      'unreadable_image',
      `The file has more than ${limit} parts. Save it again as a plain image.`,
    );
  }
}
