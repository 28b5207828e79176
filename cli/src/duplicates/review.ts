import { once } from 'node:events';
import { emitKeypressEvents, type Key } from 'node:readline';
import type { DuplicateGroup } from '@deeplens/sdk';
import type { Cli } from '../cli.ts';
import { columnsOf, hasColour } from '../context.ts';
import { UsageError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { formatBytes } from '../output/units.ts';
import { ask, canAsk } from '../prompt.ts';
import { reportOf, reportText } from '../report-error.ts';
import { reviewLines } from './review-screen.ts';
import { type Command, pressed, type ReviewState, startReview } from './review-state.ts';

const CLEAR = '\x1b[H\x1b[2J';

/** Groups as they are gone through: those that were seen stay, so that one can go back. */
class Queue {
  readonly #rest: AsyncIterator<DuplicateGroup>;
  readonly #seen: ReviewState[] = [];
  #at = -1;

  constructor(groups: AsyncIterable<DuplicateGroup>) {
    this.#rest = groups[Symbol.asyncIterator]();
  }

  /** The number of the group that is shown, from 1. */
  get place(): number {
    return this.#at + 1;
  }

  get shown(): ReviewState | undefined {
    return this.#seen[this.#at];
  }

  /** Changes the group that is shown. */
  show(state: ReviewState): ReviewState {
    this.#seen[this.#at] = state;
    return state;
  }

  /** @returns undefined after the last */
  async next(): Promise<ReviewState | undefined> {
    if (this.#at === this.#seen.length - 1) {
      const { value, done } = await this.#rest.next();
      if (done) return undefined;
      this.#seen.push(startReview(value));
    }
    this.#at += 1;
    return this.shown;
  }

  previous(): ReviewState | undefined {
    this.#at = Math.max(0, this.#at - 1);
    return this.shown;
  }

  /** Goes back to a group, as if nothing was decided about it. */
  reopen(of: DuplicateGroup): ReviewState {
    this.#at = this.#seen.findIndex(({ group }) => group === of);
    return this.show(startReview(of));
  }
}

interface Decision {
  group: DuplicateGroup;
  /** Ids of the images that may be deleted now. */
  deletable: readonly string[];
}

/** Lets a person decide about groups, one at a time, by the console's keys; then offers to delete what may go. */
export async function review(cli: Cli, groups: AsyncIterable<DuplicateGroup>): Promise<ExitCode | undefined> {
  const { context, print } = cli;
  const { stdin, stderr } = context;
  if (!canAsk(context))
    throw new UsageError(
      'A review needs a terminal.',
      'Without one: deeplens duplicates export, and deeplens duplicates decide.',
    );
  const { duplicates } = await cli.client();
  const queue = new Queue(groups);
  /** By group, the latest last: a group that is decided once more has its last decision alone. */
  const decisions = new Map<string, Decision>();
  let message = '';

  const obey = async (state: ReviewState, command: Command): Promise<ReviewState | undefined> => {
    if (command.action === 'quit') return undefined;
    if (command.action === 'next') return queue.next();
    if (command.action === 'previous') return queue.previous();
    if (command.action === 'undo') {
      const last = [...decisions.values()].at(-1)?.group;
      if (!last) {
        message = 'There is nothing to undo.';
        return state;
      }
      await duplicates.undo(last.group_id, cli.call);
      decisions.delete(last.group_id);
      return queue.reopen(last);
    }
    const { group } = state;
    const { deletable_image_ids } = await duplicates.decide(group.group_id, command, cli.call);
    queue.show({ ...state, decided: command });
    decisions.delete(group.group_id);
    decisions.set(group.group_id, { group, deletable: deletable_image_ids });
    return queue.next();
  };
  const draw = (state: ReviewState) => {
    const lines = reviewLines(state, `Group ${queue.place} · ${decisions.size} decided`, {
      columns: columnsOf(context, stderr),
      colour: hasColour(context, stderr),
    });
    stderr.write(`${CLEAR}${[...lines, '', message].join('\n')}\n`);
    message = '';
  };

  let state = await queue.next();
  if (!state) {
    print.note('There are no groups to decide.');
    return undefined;
  }
  emitKeypressEvents(stdin);
  stdin.setRawMode?.(true);
  stdin.resume();
  try {
    while (state) {
      draw(state);
      const key = await nextKey(context);
      if (key.ctrl && key.name === 'c') return EXIT.interrupted;
      const answer = pressed(state, key.name ?? key.sequence ?? '');
      state = queue.show(answer.state);
      if (!answer.command) continue;
      try {
        state = await obey(state, answer.command);
      } catch (error) {
        message = reportText(reportOf(error), false);
        state = queue.shown;
      }
    }
  } finally {
    stdin.setRawMode?.(false);
    stdin.pause();
  }
  return offerDeletion(cli, [...decisions.values()]);
}

async function nextKey({ stdin, signal }: Cli['context']): Promise<Key> {
  const [, key] = (await once(stdin, 'keypress', { signal })) as [string, Key]; // as node:readline emits it
  return key;
}

/** Deleting is a step of its own, after its size is shown. */
async function offerDeletion(cli: Cli, decisions: readonly Decision[]): Promise<ExitCode | undefined> {
  const { context, print } = cli;
  print.note(`${decisions.length} groups decided.`);
  const ids = new Set(decisions.flatMap(({ deletable }) => deletable));
  if (ids.size === 0) return undefined;
  const bytes = decisions
    .flatMap(({ group }) => group.images)
    .filter(({ image_id }) => ids.has(image_id))
    .reduce((sum, { file_size }) => sum + file_size, 0);
  const answer = await ask(
    context,
    `${ids.size} images, ${formatBytes(bytes)}, may be deleted now. This cannot be undone.\nType ${ids.size} to delete them, or Enter to keep them: `,
  );
  if (answer !== String(ids.size)) {
    print.note('Kept. To delete them later: deeplens images delete');
    for (const id of ids) await print.text(`${id}\n`);
    return undefined;
  }
  const client = await cli.client();
  const { forEachId } = await import('../arguments.ts');
  return forEachId(
    cli,
    [...ids],
    (id) => client.images.delete(id, cli.call),
    ({ receipt }) => ({ image_id: receipt.image_id, deleted: true }),
  );
}
