import { styleText } from 'node:util';
import { sanitise } from '../output/sanitise.ts';
import { type TableStyle, tableLines } from '../output/table.ts';
import { formatBytes } from '../output/units.ts';
import { KEYS, type ReviewState } from './review-state.ts';

const percent = (share: number): string => `${Math.round(share * 100)} %`;
const words = (name: string): string => name.replaceAll('_', ' ');

/** Returns the lines of the screen for a group: what its images are, and what would become of each. */
export function reviewLines(
  { group, choice, help }: ReviewState,
  place: string,
  style: TableStyle,
): string[] {
  const bold = (text: string) => (style.colour ? styleText('bold', text, { validateStream: false }) : text);
  const fate = (image_id: string): string => {
    if (choice.action !== 'keep_one') return 'keep';
    return choice.keeper === image_id ? 'keep' : 'may go';
  };
  const rows = group.images.map((image, i) => ({ ...image, key: i + 1 }));
  const table = tableLines(
    rows,
    [
      { name: '', of: ({ key }) => key, right: true },
      { name: 'then', of: ({ image_id }) => fate(image_id) },
      { name: 'name', of: ({ file_path }) => file_path, shrinks: true },
      { name: 'pixels', of: ({ width, height }) => `${width}×${height}`, right: true },
      { name: 'size', of: ({ file_size }) => formatBytes(file_size), right: true },
      {
        name: 'verdict',
        of: ({ image_id, verdict, confidence }) =>
          image_id === group.suggested_keeper ? 'suggested' : `${words(verdict)} ${percent(confidence)}`,
      },
    ],
    style,
  );
  const what = {
    keep_one: 'Keep one; the others may be deleted.',
    keep_all: 'Keep all.',
    not_duplicates: 'They are no duplicates.',
  }[choice.action];
  const legend = help
    ? KEYS.map(({ shown, what: meaning }) => `  ${shown.padEnd(6)} ${meaning}`)
    : ['1–9 k keep one · a keep all · n no duplicates · Enter decide · ←→ · u undo · ? q'];
  return [
    bold(`${place} · ${words(group.verdict)} ${percent(group.confidence)}`),
    `Suggested: ${sanitise(group.keeper_reason)}`,
    '',
    ...table,
    '',
    bold(what),
    ...legend,
  ];
}
