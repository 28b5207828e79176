/** Extensions of formats that the service takes; browsers know no type of some of them. */
const EXTENSIONS = /\.(jpe?g|png|webp|gif|tiff?|avif|heic|heif|bmp|dng|cr2|cr3|nef|arw|orf|rw2|raf)$/i;

/** Returns whether a file is worth sending: hidden files and what is no picture by its name are left. */
export const isPicture = (path: string): boolean =>
  !path.split('/').some((part) => part.startsWith('.')) && EXTENSIONS.test(path);
