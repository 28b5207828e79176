import { MultiBar, type SingleBar } from 'cli-progress';
import { type Context, columnsOf, type GlobalOptions, hasColour } from '../context.ts';
import { formatBytes, formatDuration } from './units.ts';

/** Milliseconds between two lines where there is no terminal. */
const LINE_EVERY = 10_000;

/** How far an upload is. Totals grow while the folder is still being read. */
export interface Counts {
  files: number;
  bytes: number;
  sentBytes: number;
  sent: number;
  indexed: number;
  failed: number;
  /** Those that were done before. */
  skipped: number;
}

export interface UploadProgress {
  show(counts: Readonly<Counts>): void;
  stop(): void;
}

/** Bytes a second over the last seconds: a mean since the start would not show a stall. */
class Rate {
  readonly #samples: { at: number; value: number }[] = [];
  static readonly #WINDOW = 15_000;

  add(value: number, at: number): void {
    this.#samples.push({ at, value });
    while (this.#samples.length > 2 && at - (this.#samples[0]?.at ?? at) > Rate.#WINDOW)
      this.#samples.shift();
  }

  perSecond(): number {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (!first || !last || last.at === first.at) return 0;
    return ((last.value - first.value) * 1000) / (last.at - first.at);
  }
}

/** Shows two bars in a terminal, bytes sent and pictures indexed; elsewhere a line now and then. Always on stderr. */
export function uploadProgress(
  context: Context,
  { quiet = false }: GlobalOptions,
  indexing: boolean,
): UploadProgress {
  const { stderr } = context;
  if (quiet) return { show: () => undefined, stop: () => undefined };
  return stderr.isTTY ? bars(context, indexing) : lines(context, indexing);
}

const failures = ({ failed, skipped }: Readonly<Counts>): string[] => [
  ...(failed > 0 ? [`${failed} failed`] : []),
  ...(skipped > 0 ? [`${skipped} done before`] : []),
];

const SEPARATOR = ' · ';

/** Returns as many parts, the first ones, as there is room for. */
function joined(parts: readonly string[], room: number): string {
  let text = '';
  for (const part of parts) {
    const longer = text ? `${text}${SEPARATOR}${part}` : part;
    if (longer.length > room) break;
    text = longer;
  }
  return text;
}

function bars(context: Context, indexing: boolean): UploadProgress {
  const { stderr } = context;
  const columns = columnsOf(context, stderr);
  const barsize = columns < 70 ? 8 : 20;
  /** Columns that the text after `indexed ████ 100% ` has. */
  const room = columns - barsize - 'indexed  100% '.length - 1;
  const multi = new MultiBar({
    stream: stderr,
    hideCursor: true,
    clearOnComplete: false,
    barsize,
    fps: 5,
    linewrap: false,
    barCompleteChar: '█',
    barIncompleteChar: hasColour(context, stderr) ? '░' : '-',
    format: '{title} {bar} {percentage}% {text}',
    gracefulExit: false,
  });
  const sent = multi.create(1, 0, { title: 'sent   ', text: '' });
  const indexed: SingleBar | undefined = indexing
    ? multi.create(1, 0, { title: 'indexed', text: '' })
    : undefined;
  const rate = new Rate();
  let last = 0;
  const draw = (counts: Readonly<Counts>): void => {
    const now = Date.now();
    rate.add(counts.sentBytes, now);
    const perSecond = rate.perSecond();
    const left = (counts.bytes - counts.sentBytes) / perSecond;
    sent.setTotal(Math.max(counts.bytes, 1));
    sent.update(counts.sentBytes, {
      text: joined(
        [
          `${formatBytes(counts.sentBytes)}/${formatBytes(counts.bytes)}`,
          ...(indexed ? [] : failures(counts)),
          `${formatDuration(left)} left`,
          `${formatBytes(perSecond)}/s`,
        ],
        room,
      ),
    });
    indexed?.setTotal(Math.max(counts.files - counts.failed, 1));
    indexed?.update(counts.indexed, {
      text: joined([`${counts.indexed}/${counts.files}`, ...failures(counts)], room),
    });
  };
  let latest: Readonly<Counts> | undefined;
  return {
    show(counts) {
      latest = counts;
      if (Date.now() - last < 200) return;
      last = Date.now();
      draw(counts);
    },
    stop() {
      if (latest) draw(latest);
      multi.stop();
    },
  };
}

function lines({ stderr }: Context, indexing: boolean): UploadProgress {
  let last = Date.now();
  return {
    show(counts) {
      if (Date.now() - last < LINE_EVERY) return;
      last = Date.now();
      const parts = [
        `sent ${counts.sent}/${counts.files}, ${formatBytes(counts.sentBytes)}`,
        ...(indexing ? [`indexed ${counts.indexed}`] : []),
      ];
      stderr.write(`${[...parts, ...failures(counts)].join(SEPARATOR)}\n`);
    },
    stop: () => undefined,
  };
}
