/** The parts of libheif's bindings that are used; the package declares none for its bundle. */
declare module 'libheif-js/libheif-wasm/libheif-bundle.mjs' {
  type Context = { readonly context: unique symbol };
  type Handle = { readonly handle: unique symbol };
  type Picture = { readonly picture: unique symbol };
  interface Failure {
    code: unknown;
    message: string;
  }
  interface Channel {
    width: number;
    height: number;
    /** Bytes from one row to the next. */
    stride: number;
    /** A view of the memory of the instance. */
    data: Uint8Array;
  }
  interface Libheif {
    heif_error_code: { heif_error_Ok: unknown; heif_error_Unsupported_feature: unknown };
    heif_colorspace: { heif_colorspace_RGB: unknown };
    heif_chroma: { heif_chroma_interleaved_RGB: unknown; heif_chroma_interleaved_RGBA: unknown };
    heif_context_alloc(): Context;
    heif_context_read_from_memory(context: Context, file: Uint8Array): Failure;
    heif_js_context_get_primary_image_handle(context: Context): Handle | Failure;
    heif_image_handle_has_alpha_channel(handle: Handle): number;
    heif_js_decode_image2(
      handle: Handle,
      colourSpace: unknown,
      chroma: unknown,
    ): { image: Picture; channels: Channel[] } | Failure;
  }
  /** Makes an instance, with memory of its own. */
  export default function libheif(): Libheif;
}
