import { styleText } from 'node:util';
import { sanitise } from '../output/sanitise.ts';
import { type TableStyle, tableLines } from '../output/table.ts';
import { formatBytes } from '../output/units.ts';
import { KEYS, type ReviewState } from './review-state.ts';

const percent = (share: number): string => `${Math.round(share * 100)} %`;
const words = (name: string): string => name.replaceAll('_', ' ');

/** States a group's decision; before it, the effect of Enter. */
const SENTENCES = {
  keep_one: 'Decided: keep one; the others may be deleted.',
  keep_all: 'Decided: keep all.',
  not_duplicates: 'Decided: they are no duplicates.',
  undecided: 'Enter keeps the chosen one; the others may then be deleted.',
};

/** Returns the lines of the screen for a group: what its images are, and what becomes of each. */
export function reviewLines(
  { group, keeper, decided, help }: ReviewState,
  place: string,
  style: TableStyle,
): string[] {
  const bold = (text: string) => (style.colour ? styleText('bold', text, { validateStream: false }) : text);
  const choice = decided ?? { action: 'keep_one', keeper };
  const isKept = (image_id: string): boolean => choice.action !== 'keep_one' || choice.keeper === image_id;
  const rows = group.images.map((image, i) => ({ ...image, key: i + 1 }));
  const table = tableLines(
    rows,
    [
      { name: '', of: ({ key }) => key, right: true },
      { name: 'then', of: ({ image_id }) => (isKept(image_id) ? 'keep' : 'may go') },
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
  const legend = help
    ? KEYS.map(({ shown, what }) => `  ${shown.padEnd(8)} ${what}`)
    : ['1–9 choose · Enter keep it · a keep all · n no duplicates · ←→ · u undo · ? q'];
  return [
    bold(`${place} · ${words(group.verdict)} ${percent(group.confidence)}`),
    `Suggested: ${sanitise(group.keeper_reason)}`,
    '',
    ...table,
    '',
    bold(SENTENCES[decided?.action ?? 'undecided']),
    ...legend,
  ];
}
