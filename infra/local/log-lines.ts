import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Home } from './home.ts';

const Line = z.record(z.string(), z.unknown());
/** A line of a log: what a program wrote as JSON. */
export type LogLine = z.infer<typeof Line>;

const Groups = z.object({
  logGroups: z.array(z.object({ logGroupName: z.string() })),
  nextToken: z.string().optional(),
});
const Events = z.object({
  events: z.array(z.object({ message: z.string(), timestamp: z.number(), logStreamName: z.string() })),
});

/** An event of a log group of the emulator. A stream is one call of a function. */
export interface LogEvent {
  group: string;
  stream: string;
  /** Milliseconds. */
  timestamp: number;
  message: string;
}

/** Calls CloudWatch Logs as the emulator has it, which takes no signature. It fails if something is logged meanwhile. */
async function callLogs(emulatorUrl: string, action: string, body: object, retries = 5): Promise<unknown> {
  const reply = await fetch(emulatorUrl, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `Logs_20140328.${action}`,
      authorization:
        'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/logs/aws4_request, SignedHeaders=host, Signature=0',
    },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  if (reply.status === 500 && retries > 0) return callLogs(emulatorUrl, action, body, retries - 1);
  if (!reply.ok)
    throw new Error(`The emulator answers ${action} with ${reply.status}: ${await reply.text()}`);
  return reply.json();
}

/** Returns the names of the functions' log groups. */
export async function logGroups(emulatorUrl: string): Promise<string[]> {
  const names: string[] = [];
  for (let nextToken: string | undefined, more = true; more; more = nextToken !== undefined) {
    const page = Groups.parse(
      await callLogs(emulatorUrl, 'DescribeLogGroups', {
        logGroupNamePrefix: '/deeplens/',
        ...(nextToken !== undefined && { nextToken }),
      }),
    );
    names.push(...page.logGroups.map(({ logGroupName }) => logGroupName));
    nextToken = page.nextToken;
  }
  return names;
}

/** Events that one call returns at most. */
const PAGE = 10_000;

/** Returns all events of a log group from a time on, in order. @param since milliseconds */
export async function logEvents(emulatorUrl: string, group: string, since = 0): Promise<LogEvent[]> {
  const found = new Map<string, LogEvent>();
  for (let startTime = since, more = true; more; ) {
    const { events } = Events.parse(
      await callLogs(emulatorUrl, 'FilterLogEvents', { logGroupName: group, startTime, limit: PAGE }),
    );
    const known = new Map<string, number>();
    for (const { message, timestamp, logStreamName: stream } of events) {
      const text = `${stream} ${timestamp} ${message}`;
      const times = known.get(text) ?? 0; // a call can write the same line twice
      known.set(text, times + 1);
      found.set(`${text} ${times}`, { group, stream, timestamp, message });
    }
    const last = events.at(-1)?.timestamp ?? startTime;
    more = events.length === PAGE && last > startTime;
    startTime = last;
  }
  return [...found.values()];
}

/** Returns a line's JSON; undefined for what is none, such as Lambda's own lines. */
export function parseLine(text: string): LogLine | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return Line.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Returns the lines of all functions and of the gpu-worker. */
export async function allLines(home: Home, emulatorUrl: string): Promise<LogLine[]> {
  const groups = await logGroups(emulatorUrl);
  const events = await Promise.all(groups.map((group) => logEvents(emulatorUrl, group)));
  const worker = await readFile(join(home.logs, 'gpu-worker.log'), 'utf8').catch(() => '');
  const texts = [...events.flat().map(({ message }) => message), ...worker.split('\n')];
  return texts.map(parseLine).filter((line) => line !== undefined);
}
