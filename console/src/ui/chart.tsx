import 'uplot/dist/uPlot.min.css';
import './chart.css';
import { useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';

/** Values of a chart, one for each day. */
export interface ChartSeries {
  label: string;
  values: readonly (number | null)[];
  look: 'bars' | 'line' | 'expected' | 'limit';
}

interface ChartProps {
  /** Describes the chart in words, for those who do not see it. */
  summary: string;
  /** In UTC, as `2026-11-30`. */
  days: readonly string[];
  series: readonly ChartSeries[];
  shown: (value: number) => string;
}

const DAY = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', timeZone: 'UTC' });
const COMPACT = new Intl.NumberFormat(undefined, { notation: 'compact' });
/** Steps of an axis of counts: 1, 2, 5, 10 … */
const WHOLE = Array.from({ length: 10 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** power)).flat();
const AXIS_PX = { x: 28, y: 48 };

/** Draws values by day. The day under the pointer is read out below; a table beside the chart must have the same numbers. */
export function Chart({ summary, days, series, shown }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = useState<number>();
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const size = () => ({ width: element.clientWidth, height: element.clientHeight });
    const data = [days.map((day) => Date.parse(day) / 1000), ...series.map(({ values }) => [...values])];
    const plot = new uPlot(
      { ...size(), ...optionsOf(element, series, setPointed) },
      data as uPlot.AlignedData, // its type wants the first of the lists apart
      element,
    );
    const observer = new ResizeObserver(() => plot.setSize(size()));
    observer.observe(element);
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const repaint = () => plot.redraw();
    dark.addEventListener('change', repaint);
    return () => {
      dark.removeEventListener('change', repaint);
      observer.disconnect();
      plot.destroy();
    };
  }, [days, series]);
  const day = pointed === undefined ? undefined : days[pointed];
  return (
    <div>
      <div ref={place} className="chart" role="img" aria-label={summary} />
      <ul className="chart-legend">
        {series.map(({ label, look, values }) => {
          const value = pointed === undefined ? null : (values[pointed] ?? null);
          return (
            <li key={label} className={look}>
              {label}
              {value !== null && `: ${shown(Math.round(value))}`}
            </li>
          );
        })}
        {day && <li className="day">{DAY.format(Date.parse(day))}</li>}
      </ul>
    </div>
  );
}

/** Returns how the series look. Colours are read at each drawing: they follow the scheme. */
function optionsOf(
  element: HTMLElement,
  series: readonly ChartSeries[],
  onPointed: (index: number | undefined) => void,
): Omit<uPlot.Options, 'width' | 'height'> {
  const { bars } = uPlot.paths;
  const token = (name: string) => () => colourOf(element, name);
  const looks = {
    bars: {
      fill: token('--accent'),
      ...(bars && { paths: bars({ size: [0.7, 40] }) }),
      points: { show: false },
    },
    line: { stroke: token('--accent'), width: 2, points: { show: false } },
    expected: { stroke: token('--accent'), width: 2, dash: [2, 4], points: { show: false } },
    limit: { stroke: token('--bad'), width: 1.5, dash: [8, 5], points: { show: false } },
  } satisfies Record<ChartSeries['look'], uPlot.Series>;
  const axis = {
    stroke: token('--muted'),
    grid: { stroke: token('--line'), width: 1 },
    ticks: { show: false },
    font: '12px system-ui, sans-serif',
  };
  return {
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    scales: { y: { range: (_, __, highest) => [0, Math.max(1, highest * 1.05)] } },
    axes: [
      { ...axis, size: AXIS_PX.x, values: (_, days) => days.map((day) => DAY.format(day * 1000)) },
      {
        ...axis,
        size: AXIS_PX.y,
        incrs: WHOLE,
        values: (_, values) => values.map((value) => COMPACT.format(value)),
      },
    ],
    series: [{}, ...series.map(({ label, look }) => ({ label, ...looks[look] }))],
    hooks: { setCursor: [({ cursor }) => onPointed(cursor.idx ?? undefined)] },
  };
}

/** Returns a custom property as a colour that a canvas takes: `light-dark()` is resolved by an element alone. */
function colourOf(within: HTMLElement, name: string): string {
  const swatch = document.createElement('span');
  swatch.style.color = `var(${name})`;
  within.append(swatch);
  const { color } = getComputedStyle(swatch);
  swatch.remove();
  return color;
}
