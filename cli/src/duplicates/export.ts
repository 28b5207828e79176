import type { DuplicateGroup } from '@deeplens/sdk';
import type { Cli } from '../cli.ts';
import { csvLine } from '../output/csv.ts';
import { safeJson } from '../output/sanitise.ts';
import { SCRIPT_HEAD, scriptLines } from './shell-script.ts';

export type ExportFormat = 'csv' | 'ndjson' | 'sh';

const CSV_FIELDS = [
  'group_id',
  'verdict',
  'confidence',
  'image_id',
  'keeper',
  'file_path',
  'storage_location',
  'width',
  'height',
  'file_size',
];

/** Writes each format: the text before the first group, and that of a group. */
const WRITERS: Record<ExportFormat, { head: string; group: (group: DuplicateGroup) => string }> = {
  csv: { head: `${csvLine(CSV_FIELDS)}\r\n`, group: csvRows },
  ndjson: { head: '', group: (group) => `${safeJson(group)}\n` },
  sh: { head: SCRIPT_HEAD, group: scriptLines },
};

/** Prints groups on stdout, one at a time. @param limit the most; 0: all */
export async function exportGroups(
  { print }: Cli,
  groups: AsyncIterable<DuplicateGroup>,
  format: ExportFormat,
  limit: number,
): Promise<undefined> {
  const { head, group: textOf } = WRITERS[format];
  if (head) await print.text(head);
  let count = 0;
  for await (const group of groups) {
    await print.text(textOf(group));
    count += 1;
    if (count === limit) break;
  }
  print.note(`${count} groups.`);
  return undefined;
}

function csvRows({ group_id, suggested_keeper, images }: DuplicateGroup): string {
  return images
    .map((image) =>
      csvLine([
        group_id,
        image.verdict,
        image.confidence,
        image.image_id,
        image.image_id === suggested_keeper,
        image.file_path,
        image.storage_location,
        image.width,
        image.height,
        image.file_size,
      ]),
    )
    .map((line) => `${line}\r\n`)
    .join('');
}
