import { useMutation } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useRef, useState } from 'react';
import { ErrorNote } from './error-note.tsx';

interface ConfirmTypedProps {
  /** Of the button that asks. */
  label: string;
  title: string;
  /** What has to be typed, and what it is: `name`. */
  word: string;
  what: string;
  /** Of the button that does it. */
  confirm: string;
  run: () => Promise<unknown>;
  onDone: () => void;
  /** What follows from it. */
  children: ReactNode;
}

/** A button for what cannot be undone: it is done once a word was typed. */
export function ConfirmTyped({
  label,
  title,
  word,
  what,
  confirm,
  run,
  onDone,
  children,
}: ConfirmTypedProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [typed, setTyped] = useState('');
  const action = useMutation({
    mutationFn: run,
    onSuccess: () => {
      dialog.current?.close();
      onDone();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    action.mutate();
  };
  return (
    <>
      <button type="button" className="danger" onClick={() => dialog.current?.showModal()}>
        {label}
      </button>
      <dialog ref={dialog} aria-label={title}>
        <form className="stack" onSubmit={submit}>
          <h2>{title}?</h2>
          {children}
          <label className="stack">
            <span>
              Type its {what}, <code>{word}</code>
            </span>
            <input
              autoComplete="off"
              spellCheck={false}
              value={typed}
              onChange={({ target }) => setTyped(target.value)}
            />
          </label>
          {action.error && <ErrorNote error={action.error} />}
          <div className="row">
            <button type="submit" className="danger" disabled={typed !== word || action.isPending}>
              {confirm}
            </button>
            <button type="button" onClick={() => dialog.current?.close()}>
              Keep it
            </button>
          </div>
        </form>
      </dialog>
    </>
  );
}
