const inlineBytes = Math.floor(4.5 * 1024 * 1024);

/** Limits of an uploaded image. Sources: docs/adr/0005-image-limits.md. */
export const IMAGE_LIMITS = {
  /** One presigned upload, in bytes. */
  fileBytes: 50 * 1024 * 1024,
  /** An image inside a request, decoded, in bytes: API Gateway and Lambda carry 6 MB of base64. */
  inlineBytes,
  /** The base64 digits of such an image. */
  inlineBase64: Math.ceil(inlineBytes / 3) * 4,
  /** Width × height. 100 Mpx is 300 MB as 8-bit RGB. */
  pixels: 100_000_000,
  /** Least pixels of the shorter side: a smaller image cannot be recognised. */
  minSide: 8,
} as const;
