import type { DuplicateGroup } from '@deeplens/sdk';

/** A decision about a group: keep one image, whose copies may then be deleted; keep all; or they are no duplicates. */
export type Choice =
  | { action: 'keep_one'; keeper: string }
  | { action: 'keep_all' }
  | { action: 'not_duplicates' };

/** A group as it is shown. */
export interface ReviewState {
  group: DuplicateGroup;
  /** The image that Enter keeps. */
  keeper: string;
  /** Absent until something is decided. */
  decided?: Choice;
  /** True while the keys are listed. */
  help: boolean;
}

/** A request of a key, besides the change of state: a decision, or another group. */
export type Command =
  | Choice
  | { action: 'next' }
  | { action: 'previous' }
  | { action: 'undo' }
  | { action: 'quit' };

type Action = Command['action'] | 'choose' | 'legend';

/** The keys; the console's queue has the same. Handler and legend are both made of this table. */
export const KEYS: readonly { keys: readonly string[]; action: Action; shown: string; what: string }[] = [
  {
    keys: ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
    action: 'choose',
    shown: '1–9',
    what: 'choose the picture to keep',
  },
  {
    keys: ['return', 'enter', 'k'],
    action: 'keep_one',
    shown: 'Enter k',
    what: 'keep the chosen one, then the next group',
  },
  { keys: ['a'], action: 'keep_all', shown: 'a', what: 'keep all' },
  { keys: ['n'], action: 'not_duplicates', shown: 'n', what: 'not duplicates: never group them again' },
  { keys: ['left'], action: 'previous', shown: '←', what: 'previous group' },
  { keys: ['right'], action: 'next', shown: '→', what: 'next group, undecided' },
  { keys: ['u'], action: 'undo', shown: 'u', what: 'undo the last decision' },
  { keys: ['?'], action: 'legend', shown: '?', what: 'these keys' },
  { keys: ['q', 'escape'], action: 'quit', shown: 'q', what: 'quit' },
];

/** Returns the state of a group that comes up: the suggested image is chosen. */
export const startReview = (group: DuplicateGroup): ReviewState => ({
  group,
  keeper: group.suggested_keeper,
  help: false,
});

/** Returns the state after a key, and what the key asks for. */
export function pressed(state: ReviewState, key: string): { state: ReviewState; command?: Command } {
  const action = KEYS.find(({ keys }) => keys.includes(key))?.action;
  switch (action) {
    case undefined:
      return { state };
    case 'choose':
      return { state: { ...state, keeper: state.group.images[Number(key) - 1]?.image_id ?? state.keeper } };
    case 'legend':
      return { state: { ...state, help: !state.help } };
    case 'keep_one':
      return { state, command: { action, keeper: state.keeper } };
    default:
      return { state, command: { action } };
  }
}
