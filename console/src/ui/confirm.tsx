import { useMutation } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useRef, useState } from 'react';
import { ErrorNote } from './error-note.tsx';

interface ConfirmProps<Outcome> {
  /** Of the button that asks. */
  label: string;
  title: string;
  /** A word that has to be typed first, and what it is of the thing: `name`. */
  toType?: { word: string; what: string };
  /** Of the button that does it. */
  confirm: string;
  isDisabled?: boolean;
  run: () => Promise<Outcome>;
  /** Shows the outcome in the place of the question; without it the dialog closes. */
  outcome?: (outcome: Outcome) => ReactNode;
  /** Called once it is done, and the dialog closed. */
  onDone: () => void;
  /** What follows from it. */
  children: ReactNode;
}

/** Shows a button for what cannot be undone: it asks first. */
export function Confirm<Outcome>(props: ConfirmProps<Outcome>) {
  const { label, title, toType, confirm, isDisabled = false, run, outcome, onDone, children } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const [typed, setTyped] = useState('');
  const action = useMutation({
    mutationFn: run,
    onSuccess: () => {
      if (outcome) return;
      dialog.current?.close();
      onDone();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    action.mutate();
  };
  const closed = () => {
    setTyped('');
    if (outcome && action.isSuccess) onDone();
    action.reset();
  };
  return (
    <>
      <button
        type="button"
        className="danger"
        disabled={isDisabled}
        onClick={() => dialog.current?.showModal()}
      >
        {label}
      </button>
      <dialog
        ref={dialog}
        aria-label={title}
        onCancel={(event) => action.isPending && event.preventDefault()}
        onClose={closed}
      >
        {outcome && action.isSuccess ? (
          <div className="stack" role="status">
            {outcome(action.data)}
            <div className="row">
              <button type="button" onClick={() => dialog.current?.close()}>
                Close
              </button>
            </div>
          </div>
        ) : (
          <form className="stack" onSubmit={submit}>
            <h2>{title}?</h2>
            {children}
            {toType && (
              <label className="stack">
                <span>
                  Type its {toType.what}, <code>{toType.word}</code>
                </span>
                <input
                  autoComplete="off"
                  spellCheck={false}
                  value={typed}
                  onChange={({ target }) => setTyped(target.value)}
                />
              </label>
            )}
            {action.error && <ErrorNote error={action.error} />}
            <div className="row">
              <button
                type="submit"
                className="danger"
                disabled={action.isPending || (toType !== undefined && typed !== toType.word)}
              >
                {confirm}
              </button>
              <button type="button" disabled={action.isPending} onClick={() => dialog.current?.close()}>
                Cancel
              </button>
            </div>
          </form>
        )}
      </dialog>
    </>
  );
}
