import { Moment } from '../../ui/moment.tsx';
import type { FactRow } from './image-facts.ts';

/** Lists what is known under a title. */
export const Facts = ({ title, rows }: { title: string; rows: readonly FactRow[] }) => (
  <section className="card">
    <h2>{title}</h2>
    <dl className="facts">
      {rows.map(({ label, text, at, code }) => (
        <div key={label} className="fact">
          <dt>{label}</dt>
          <dd>{at ? <Moment at={at} /> : code ? <code>{text}</code> : text}</dd>
        </div>
      ))}
    </dl>
  </section>
);
