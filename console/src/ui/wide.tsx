import '../features/tables.css';
import type { ReactNode } from 'react';

/** A card that scrolls sideways where its table does not fit. */
export const Wide = ({ label, children }: { label: string; children: ReactNode }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
  <section className="card wide scrolls" tabIndex={0} aria-label={label}>
    {children}
  </section>
);
