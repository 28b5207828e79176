import { useEffect, useRef } from 'react';
import { type Action, actionOf } from './keys.ts';

/** Returns whether a key belongs to what has the focus: text to a field, Enter to a button. */
const belongsTo = (target: EventTarget | null, key: string): boolean =>
  target instanceof Element &&
  (target.closest('input:not([type="radio"]), textarea, select, dialog') !== null ||
    (key === 'Enter' && target.closest('button, a, summary') !== null));

/** Calls `act` at the keys of the table; `released` when a key is let go. */
export function useKeys(act: (action: Action) => void, released: (action: Action) => void): void {
  const latest = useRef({ act, released });
  latest.current = { act, released };
  useEffect(() => {
    const down = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || belongsTo(event.target, event.key)) return;
      if (document.querySelector('dialog[open]')) return;
      const action = actionOf(event.key);
      if (!action || event.repeat) return;
      event.preventDefault();
      latest.current.act(action);
    };
    const up = (event: KeyboardEvent) => {
      const action = actionOf(event.key);
      if (action) latest.current.released(action);
    };
    window.addEventListener('keydown', down);
    window.addEventListener('keyup', up);
    return () => {
      window.removeEventListener('keydown', down);
      window.removeEventListener('keyup', up);
    };
  }, []);
}
