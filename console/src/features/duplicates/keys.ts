/** What can be done in the queue. */
export type Action =
  | `keep ${1 | 2 | 3 | 4 | 5 | 6}`
  | 'keep one'
  | 'keep all'
  | 'not duplicates'
  | 'previous'
  | 'next'
  | 'undo'
  | 'blink'
  | 'zoom in'
  | 'zoom out'
  | 'fit'
  | 'legend';

interface KeyRow {
  /** As in `KeyboardEvent.key`, in lower case. */
  key: string;
  action: Action;
  /** The key as the legend shows it, and what it does; absent if another row speaks for this one. */
  legend?: readonly [shown: string, does: string];
}

/** All keys of the queue. Handlers and legend are both made of this table. */
export const KEYS: readonly KeyRow[] = [
  { key: '1', action: 'keep 1', legend: ['1 – 6', 'Choose the picture to keep'] },
  { key: '2', action: 'keep 2' },
  { key: '3', action: 'keep 3' },
  { key: '4', action: 'keep 4' },
  { key: '5', action: 'keep 5' },
  { key: '6', action: 'keep 6' },
  { key: 'enter', action: 'keep one', legend: ['Enter', 'Keep the chosen one, then the next group'] },
  { key: 'k', action: 'keep one', legend: ['K', 'The same'] },
  { key: 'a', action: 'keep all', legend: ['A', 'Keep all'] },
  { key: 'n', action: 'not duplicates', legend: ['N', 'Not duplicates: never group them again'] },
  { key: 'arrowleft', action: 'previous', legend: ['←', 'Previous group'] },
  { key: 'arrowright', action: 'next', legend: ['→', 'Next group, undecided'] },
  { key: 'u', action: 'undo', legend: ['U', 'Undo the last decision'] },
  { key: 'z', action: 'blink', legend: ['Z', 'While held: show the one to keep in place of the others'] },
  { key: '+', action: 'zoom in', legend: ['+', 'Zoom in'] },
  { key: '-', action: 'zoom out', legend: ['−', 'Zoom out'] },
  { key: '0', action: 'fit', legend: ['0', 'Fit'] },
  { key: '?', action: 'legend', legend: ['?', 'These keys'] },
];

/** Returns what a key does. */
export const actionOf = (key: string): Action | undefined =>
  KEYS.find((row) => row.key === key.toLowerCase())?.action;

/** Returns the picture, from 0, that an action chooses. */
export const chosenBy = (action: Action): number | undefined =>
  /^keep \d$/.test(action) ? Number(action.slice(5)) - 1 : undefined;
