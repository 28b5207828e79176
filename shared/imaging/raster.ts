/** In pixels. */
export interface Size {
  width: number;
  height: number;
}

/**
 * Decoded pixels: 8-bit sRGB, three channels, row by row, upright, transparency flattened on white, or on dark grey where that
 * keeps clearly more detail.
 */
export interface Raster extends Size {
  data: Uint8Array;
}
