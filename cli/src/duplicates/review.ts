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
import { pressed, type ReviewState, startReview } from './review-state.ts';

const CLEAR = '\x1b[H\x1b[2J';

/** Groups as they are gone through: those that were seen stay, so that one can go back. */
class Queue {
  readonly #rest: AsyncIterator<DuplicateGroup>;
  readonly #seen: ReviewState[] = [];
  #at = -1;

  constructor(groups: AsyncIterable<DuplicateGroup>) {
    this.#rest = groups[Symbol.asyncIterator]();
  }

  get place(): number {
    return this.#at + 1;
  }

  /** @returns undefined after the last */
  async next(): Promise<ReviewState | undefined> {
    if (this.#at === this.#seen.length - 1) {
      const { value, done } = await this.#rest.next();
      if (done) return undefined;
      this.#seen.push(startReview(value));
    }
    this.#at += 1;
    return this.#seen[this.#at];
  }

  previous(): ReviewState | undefined {
    this.#at = Math.max(0, this.#at - 1);
    return this.#seen[this.#at];
  }

  /** Goes to a group that was seen. */
  goTo(group_id: string): ReviewState | undefined {
    this.#at = this.#seen.findIndex(({ group }) => group.group_id === group_id);
    return this.#seen[this.#at];
  }
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
  const client = await cli.client();
  const queue = new Queue(groups);
  /** What was decided, the latest last. */
  const decided: { group: DuplicateGroup; deletable: readonly string[] }[] = [];
  let state = await queue.next();
  if (!state) {
    print.note('There are no groups to decide.');
    return undefined;
  }
  let message = '';
  const draw = (now: ReviewState) => {
    const lines = reviewLines(now, `Group ${queue.place} · ${decided.length} decided`, {
      columns: columnsOf(context, stderr),
      colour: hasColour(context, stderr),
    });
    stderr.write(`${CLEAR}${[...lines, '', message].join('\n')}\n`);
    message = '';
  };

  emitKeypressEvents(stdin);
  stdin.setRawMode?.(true);
  stdin.resume();
  try {
    while (state) {
      draw(state);
      const [, key]: [string, Key] = (await once(stdin, 'keypress', { signal: context.signal })) as [
        string,
        Key,
      ];
      if (key.ctrl && key.name === 'c') return EXIT.interrupted;
      const answer = pressed(state, key.name ?? key.sequence ?? '');
      Object.assign(state, answer.state);
      if (answer.command === 'quit') break;
      if (answer.command === 'next') state = await queue.next();
      else if (answer.command === 'previous') state = queue.previous();
      else if (answer.command === 'apply') {
        const { group, choice } = state;
        try {
          const { deletable_image_ids } = await client.duplicates.decide(group.group_id, choice, cli.call);
          decided.push({ group, deletable: deletable_image_ids });
          state = await queue.next();
        } catch (error) {
          message = reportText(reportOf(error), false);
        }
      } else if (answer.command === 'undo') {
        const last = decided.at(-1);
        if (!last) message = 'There is nothing to undo.';
        else {
          await client.duplicates.undo(last.group.group_id, cli.call);
          decided.pop();
          state = queue.goTo(last.group.group_id) ?? state;
        }
      }
    }
  } finally {
    stdin.setRawMode?.(false);
    stdin.pause();
  }
  return offerDeletion(cli, decided);
}

/** Deleting is a step of its own, after its size is shown. */
async function offerDeletion(
  cli: Cli,
  decided: readonly { group: DuplicateGroup; deletable: readonly string[] }[],
): Promise<ExitCode | undefined> {
  const { context, print } = cli;
  print.note(`${decided.length} groups decided.`);
  const ids = new Set(decided.flatMap(({ deletable }) => deletable));
  if (ids.size === 0) return undefined;
  const bytes = decided
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
