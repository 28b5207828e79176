import type { DuplicateGroup } from '@deeplens/sdk';

/** What is to become of a group: keep one image, whose copies may then be deleted; keep all; or they are no duplicates. */
export type Choice =
  | { action: 'keep_one'; keeper: string }
  | { action: 'keep_all' }
  | { action: 'not_duplicates' };

/** A group, and what a person has chosen for it. */
export interface ReviewState {
  group: DuplicateGroup;
  choice: Choice;
  help: boolean;
}

/** What a key asks of the loop; without it the state alone has changed. */
export type Command = 'apply' | 'next' | 'previous' | 'undo' | 'quit';

/** The keys, as in the console. Handler and legend are made of this table. */
export const KEYS: readonly { keys: readonly string[]; shown: string; what: string }[] = [
  { keys: ['1', '2', '3', '4', '5', '6', '7', '8', '9'], shown: '1–9', what: 'keep this one' },
  { keys: ['k'], shown: 'k', what: 'keep the suggested one' },
  { keys: ['a'], shown: 'a', what: 'keep all' },
  { keys: ['n'], shown: 'n', what: 'they are no duplicates' },
  { keys: ['return', 'enter'], shown: 'Enter', what: 'decide so, and go on' },
  { keys: ['right'], shown: '→', what: 'go on without a decision' },
  { keys: ['left'], shown: '←', what: 'go back' },
  { keys: ['u'], shown: 'u', what: 'undo the last decision' },
  { keys: ['?'], shown: '?', what: 'show the keys' },
  { keys: ['q', 'escape'], shown: 'q', what: 'quit' },
];

export const startReview = (group: DuplicateGroup): ReviewState => ({
  group,
  choice: { action: 'keep_one', keeper: group.suggested_keeper },
  help: false,
});

const COMMANDS: Record<string, Command> = {
  return: 'apply',
  enter: 'apply',
  right: 'next',
  left: 'previous',
  u: 'undo',
  q: 'quit',
  escape: 'quit',
};

/** Returns the state after a key, and what the key asks for besides. */
export function pressed(state: ReviewState, key: string): { state: ReviewState; command?: Command } {
  const { group } = state;
  const chosen = (choice: Choice) => ({ state: { ...state, choice } });
  if (/^[1-9]$/.test(key)) {
    const image = group.images[Number(key) - 1];
    return image ? chosen({ action: 'keep_one', keeper: image.image_id }) : { state };
  }
  if (key === 'k') return chosen({ action: 'keep_one', keeper: group.suggested_keeper });
  if (key === 'a') return chosen({ action: 'keep_all' });
  if (key === 'n') return chosen({ action: 'not_duplicates' });
  if (key === '?') return { state: { ...state, help: !state.help } };
  const command = COMMANDS[key];
  return command ? { state, command } : { state };
}
