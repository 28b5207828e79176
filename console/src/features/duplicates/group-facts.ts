import type { DuplicateGroup, Image } from '@deeplens/sdk';
import { bytes, percent } from '../../ui/format.ts';

type Member = DuplicateGroup['images'][number];

/** A fact about each image of a group. */
export interface FactRow {
  label: string;
  /** One for each image, in order. */
  values: string[];
  differs: boolean;
}

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1) || '/';
const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

const FACTS: readonly [string, (member: Member, image: Image | undefined) => string | undefined][] = [
  ['Name', ({ file_path }) => nameOf(file_path)],
  ['Folder', ({ file_path }) => folderOf(file_path)],
  ['Location', ({ storage_location }) => storage_location],
  ['Pixels', ({ width, height }) => `${width} × ${height}`],
  ['Size', ({ file_size }) => bytes(file_size)],
  ['Format', (_, image) => image?.format],
  ['Brought in', (_, image) => image?.created_at.slice(0, 10)],
  ['Taken', (_, image) => image?.exif?.taken_at?.slice(0, 10)],
  ['Camera', (_, image) => image?.exif?.camera],
  ['External id', (_, image) => image?.external_id],
];

/** Returns the facts that at least one image of a group has. */
export const factsOf = (
  { images: members, suggested_keeper }: DuplicateGroup,
  images: ReadonlyMap<string, Image>,
): FactRow[] => {
  const match = ({ image_id, verdict, confidence }: Member) =>
    image_id === suggested_keeper
      ? 'suggested'
      : `${verdict === 'exact' ? 'exact' : 'edited copy'}, ${percent(confidence)}`;
  return [...FACTS, ['Match', match] as const]
    .map(([label, fact]) => {
      const values = members.map((member) => fact(member, images.get(member.image_id)) ?? '–');
      return { label, values, differs: new Set(values).size > 1 };
    })
    .filter(({ values }) => values.some((value) => value !== '–'));
};

/** Returns the bytes that are free once all but the keeper are deleted. */
export const reclaimable = (
  { images, suggested_keeper }: DuplicateGroup,
  keeper = suggested_keeper,
): number =>
  images.filter(({ image_id }) => image_id !== keeper).reduce((sum, { file_size }) => sum + file_size, 0);
