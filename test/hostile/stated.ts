/** The codes with which a hostile file may be refused. */
export const STATED = [
  'unsupported_media_type',
  'unreadable_image',
  'too_many_pixels',
  'too_many_frames',
  'reading_limit_exceeded',
  'type_mismatch',
  'truncated',
  'low_detail',
  'payload_too_large',
];
/** The most that the process may hold that reads a file. */
export const MEMORY_MB = 1024;
/** The time in which a call is answered. */
export const ANSWER_MS = 10_000;
