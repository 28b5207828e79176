import { count } from '../../ui/format.ts';

interface Day {
  date: string;
  value: number;
}

const GAP = 0.15;

/** Bars by day, with the same as a table for those who do not see them. */
export function Days({ label, days }: { label: string; days: readonly Day[] }) {
  if (days.length === 0) return <p className="note">No calls yet.</p>;
  const highest = Math.max(1, ...days.map(({ value }) => value));
  return (
    <>
      <svg
        className="days"
        viewBox={`0 0 ${Math.max(days.length, 7)} 1`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        {days.map(({ date, value }, index) => (
          <rect
            key={date}
            x={index + GAP / 2}
            y={1 - value / highest}
            width={1 - GAP}
            height={value / highest}
          />
        ))}
      </svg>
      <details>
        <summary>{label} by day</summary>
        <table>
          <tbody>
            {days.map(({ date, value }) => (
              <tr key={date}>
                <th scope="row">{date}</th>
                <td>{count(value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </>
  );
}
