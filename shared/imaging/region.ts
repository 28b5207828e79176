/** A part of a picture, in shares (0..1) of its width and height. */
export interface Region {
  x: number;
  y: number;
  width: number;
  height: number;
}
