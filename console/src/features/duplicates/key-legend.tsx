import type { RefObject } from 'react';
import { KEYS } from './keys.ts';

/** Lists the keys, from the table that the handlers are made of. */
export const KeyLegend = ({ dialog }: { dialog: RefObject<HTMLDialogElement | null> }) => (
  <dialog ref={dialog} aria-label="Keys">
    <div className="stack">
      <h2>Keys</h2>
      <dl className="facts">
        {KEYS.map(
          ({ key, legend }) =>
            legend && (
              <div key={key} className="legend-row">
                <dt>
                  <kbd>{legend[0]}</kbd>
                </dt>
                <dd>{legend[1]}</dd>
              </div>
            ),
        )}
      </dl>
      <button type="button" onClick={() => dialog.current?.close()}>
        Close
      </button>
    </div>
  </dialog>
);
