import '../tables.css';
import type { Usage } from '@deeplens/sdk';
import { useMemo } from 'react';
import { Chart, type ChartSeries } from '../../ui/chart.tsx';
import { bytes, count } from '../../ui/format.ts';
import { Moment } from '../../ui/moment.tsx';
import { forecast } from './forecast.ts';
import { COUNTERS, type Counter, callsByDay, fullAt, type MonthSeries, storedByDay } from './month.ts';

/** A quota so many times what is stored is far. */
const FAR = 10;

/** Shows a month of a tenant: what is stored against its quota, and calls by day, both with a forecast. @param now in ms */
export const MonthCharts = ({ usage, now }: { usage: Usage; now: number }) => (
  <>
    <Stored usage={usage} now={now} />
    <div className="meters">
      {COUNTERS.map((counter) => (
        <Calls key={counter} usage={usage} counter={counter} now={now} />
      ))}
    </div>
  </>
);

function Stored({ usage, now }: { usage: Usage; now: number }) {
  const { images_stored, storage_bytes, limits } = usage;
  const month = useMemo(() => storedByDay(usage, now), [usage, now]);
  const series = useMemo(
    (): ChartSeries[] => [
      { label: 'stored', values: month.actual, look: 'line' },
      ...expectedOf(month),
      ...quotaOf(month, limits.stored_images),
    ],
    [month, limits],
  );
  const full = isOver(usage, now) ? undefined : fullAt(usage, now);
  return (
    <div className="card">
      <h3>
        {count(images_stored)} of {count(limits.stored_images)} pictures stored
      </h3>
      <p className="note">
        {bytes(storage_bytes)} of {bytes(limits.storage_bytes)}.{' '}
        {full !== undefined && (
          <>
            At this rate the quota of pictures is used up on <Moment at={new Date(full).toISOString()} />.{' '}
          </>
        )}
        Earlier days are counted back by uploads, as if nothing had been deleted.
      </p>
      <Chart
        summary={`Pictures stored by day, now ${count(images_stored)}, of a quota of ${count(limits.stored_images)}`}
        days={month.days}
        series={series}
        shown={count}
      />
      <Table label="Pictures stored" month={month} />
    </div>
  );
}

function Calls({ usage, counter, now }: { usage: Usage; counter: Counter; now: number }) {
  const month = useMemo(() => callsByDay(usage, counter, now), [usage, counter, now]);
  const series = useMemo(
    (): ChartSeries[] => [{ label: 'a day', values: month.actual, look: 'bars' }, ...expectedOf(month)],
    [month],
  );
  const most = Math.max(0, ...usage.daily.map((day) => day[counter]));
  const expected = count(forecast(usage[counter], usage, now));
  return (
    <div className="card">
      <h3>
        {count(usage[counter])} {counter}
      </h3>
      <p className="note">
        {isOver(usage, now) ? 'The month is over.' : `At this rate ${expected} by the end of the month.`}
      </p>
      <Chart
        summary={`${counter} by day: ${count(usage[counter])} in all, at most ${count(most)} on a day`}
        days={month.days}
        series={series}
        shown={count}
      />
      <Table label={counter} month={month} />
    </div>
  );
}

const isOver = ({ ends_at }: Usage, now: number): boolean => now >= Date.parse(ends_at);

/** A quota is drawn if it is near: one that is far above would leave the rest flat at the bottom. */
const quotaOf = ({ days, actual, expected }: MonthSeries, quota: number): ChartSeries[] => {
  const highest = Math.max(...[...actual, ...expected].map((each) => each ?? 0));
  return highest * FAR < quota ? [] : [{ label: 'quota', values: days.map(() => quota), look: 'limit' }];
};

const expectedOf = ({ expected }: MonthSeries): ChartSeries[] =>
  expected.some((each) => each !== null) ? [{ label: 'expected', values: expected, look: 'expected' }] : [];

/** The numbers of a chart, for those who read rather than look. */
const Table = ({ label, month: { days, actual, expected } }: { label: string; month: MonthSeries }) => (
  <details>
    <summary>{label} by day</summary>
    <table>
      <tbody>
        {days.map((day, index) => {
          const [was, willBe] = [actual[index] ?? null, expected[index] ?? null];
          return (
            <tr key={day}>
              <th scope="row">{day}</th>
              <td>
                {was !== null ? count(was) : willBe !== null && `${count(Math.round(willBe))} expected`}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  </details>
);
