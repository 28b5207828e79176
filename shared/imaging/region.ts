/** A rectangle of an image, in shares (0..1) of its width and height. */
export interface Region {
  x: number;
  y: number;
  width: number;
  height: number;
}
