import { useMutation } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useRef } from 'react';
import { ErrorNote } from './error-note.tsx';

interface CreateDialogProps<Made> {
  /** Of the dialog, and of the button that opens it. */
  title: string;
  /** Of the button that makes it. */
  confirm: string;
  isComplete: boolean;
  create: () => Promise<Made>;
  /** Called once it is made, and the dialog closed. */
  onMade: (made: Made) => void;
  /** The fields. */
  children: ReactNode;
}

/** Shows a button that opens a form, and makes something of what is filled in. */
export function CreateDialog<Made>(props: CreateDialogProps<Made>) {
  const { title, confirm, isComplete, create, onMade, children } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const creation = useMutation({
    mutationFn: create,
    onSuccess: (made) => {
      dialog.current?.close();
      onMade(made);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    creation.mutate();
  };
  return (
    <>
      <button type="button" className="primary" onClick={() => dialog.current?.showModal()}>
        {title}…
      </button>
      <dialog ref={dialog} aria-label={title}>
        <form className="stack" onSubmit={submit}>
          <h2>{title}</h2>
          {children}
          {creation.error && <ErrorNote error={creation.error} />}
          <div className="row">
            <button type="submit" className="primary" disabled={!isComplete || creation.isPending}>
              {confirm}
            </button>
            <button type="button" onClick={() => dialog.current?.close()}>
              Cancel
            </button>
          </div>
        </form>
      </dialog>
    </>
  );
}
