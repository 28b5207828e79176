import { Problem } from '#shared/kernel/problems.ts';
import type { Pixels } from './pixels-as-tiff.ts';

/**
 * Decodes the primary image of a HEIC file to 8-bit sRGB or the colours of its profile, cropped, turned and mirrored as its
 * properties say. The decoder is loaded with the first such file. Each file gets an instance of its own, which V8 frees as
 * a whole: nothing that one file does to the decoder's memory reaches the next.
 * @throws Problem `unreadable_image`, `unsupported_media_type`
 */
export async function decodeHeic(file: Uint8Array): Promise<Pixels> {
  const { default: libheif } = await import('libheif-js/libheif-wasm/libheif-bundle.mjs');
  const heif = libheif();
  const done = <Value extends object>(value: Value | { code: unknown; message: string }): Value => {
    if (!('code' in value)) return value;
    if (value.code === heif.heif_error_code.heif_error_Unsupported_feature)
      throw new Problem('unsupported_media_type', UNSUPPORTED, { cause: value });
    throw new Problem('unreadable_image', 'The HEIC data is damaged.', { cause: value });
  };
  const context = heif.heif_context_alloc();
  const read = heif.heif_context_read_from_memory(context, file);
  if (read.code !== heif.heif_error_code.heif_error_Ok) done(read);
  const handle = done(heif.heif_js_context_get_primary_image_handle(context));
  const hasAlpha = heif.heif_image_handle_has_alpha_channel(handle) !== 0;
  const { heif_chroma_interleaved_RGB: rgb, heif_chroma_interleaved_RGBA: rgba } = heif.heif_chroma;
  const { heif_colorspace_RGB } = heif.heif_colorspace;
  const { channels } = done(heif.heif_js_decode_image2(handle, heif_colorspace_RGB, hasAlpha ? rgba : rgb));
  const [picture] = channels;
  if (!picture) throw new Problem('unreadable_image', 'The HEIC file has no picture.');
  return { ...picture, channels: hasAlpha ? 4 : 3 };
}

const UNSUPPORTED =
  'The HEIC file is coded in a way that is not read here. Send it as JPEG, PNG, WebP or AVIF.';
