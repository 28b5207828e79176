import { type Column, table } from '../table.ts';

/** A measurement beside its reference, both of one run. */
export interface CostRow {
  what: string;
  measured: string;
  /** What the same work costs the bare libraries, or the measurement itself in other circumstances. */
  reference: string;
  /** Absent: reported only. */
  goal?: string;
  met?: boolean;
}

const COLUMNS: readonly Column<CostRow>[] = [
  ['what', (row) => row.what],
  ['measured', (row) => row.measured],
  ['reference in the same run', (row) => row.reference],
  ['goal', ({ goal, met }) => (goal === undefined ? '' : `${goal}: ${met ? 'met' : 'MISSED'}`)],
];

/** Renders the rows as a Markdown table. */
export const costTable = (rows: readonly CostRow[]): string => table(rows, COLUMNS);

/** Compares a measurement with its reference. @param most the largest permitted ratio */
export function ratioRow(
  what: string,
  [measured, reference]: readonly [measured: number, reference: number],
  { most, of, unit = 'ms' }: { most: number; of: string; unit?: string },
): CostRow {
  const ratio = measured / reference;
  return {
    what,
    measured: `${rounded(measured)} ${unit}, ${ratio.toFixed(2)} ×`,
    reference: `${of}: ${rounded(reference)} ${unit}`,
    goal: `≤ ${most} ×`,
    met: ratio <= most,
  };
}

/** Compares a measurement with a number. */
export const boundRow = (
  what: string,
  measured: number,
  { goal, unit, reference }: { goal: { most: number } | { least: number }; unit: string; reference: string },
): CostRow => ({
  what,
  measured: `${rounded(measured)} ${unit}`,
  reference,
  goal: 'most' in goal ? `≤ ${goal.most} ${unit}` : `≥ ${goal.least} ${unit}`,
  met: 'most' in goal ? measured <= goal.most : measured >= goal.least,
});

export const rounded = (value: number): string => value.toFixed(value < 20 ? 1 : 0);
