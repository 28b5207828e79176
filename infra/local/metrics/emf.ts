import * as z from 'zod';
import { parseLine } from '../log-lines.ts';

const Name = z.string().min(1).max(256);
const Embedded = z.looseObject({
  _aws: z.object({
    CloudWatchMetrics: z
      .array(
        z.object({
          Dimensions: z.array(z.array(Name).max(30)).max(30),
          Metrics: z.array(z.object({ Name })).max(100),
        }),
      )
      .max(10),
  }),
});

/** A value of a metric with its complete set of dimensions. */
export interface Value {
  name: string;
  value: number;
  labels: Readonly<Record<string, string>>;
}

/** Reads the values of a line in CloudWatch's embedded metric format; none of any other line. */
export function valuesOf(text: string): Value[] {
  if (!text.includes('"CloudWatchMetrics"')) return [];
  const line = Embedded.safeParse(parseLine(text)).data;
  if (!line) return [];
  return line._aws.CloudWatchMetrics.flatMap(({ Dimensions: [complete = []], Metrics }) => {
    const labels = Object.fromEntries(complete.map((name) => [name, String(line[name])]));
    return Metrics.flatMap(({ Name: name }) =>
      [line[name]].flat().flatMap((value) => (typeof value === 'number' ? [{ name, value, labels }] : [])),
    );
  });
}
