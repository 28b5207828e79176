/** Formats of images, as a search filters by them. */
export const FORMATS = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif', 'heic', 'bmp', 'raw'] as const;
