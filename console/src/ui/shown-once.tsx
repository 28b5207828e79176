import { useEffect, useRef, useState } from 'react';
import { Code } from './code.tsx';

/** A secret that the API shows once. */
export interface Secret {
  /** Of what it is. */
  title: string;
  what: 'key' | 'signing secret';
  /** Absent if it was shown before. */
  secret: string | undefined;
  howToRotate: string | undefined;
}

/** Shows a new secret, and closes only once it was copied. */
export function ShownOnce({ title, what, secret, howToRotate, onClose }: Secret & { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [copied, setCopied] = useState(secret === undefined);
  useEffect(() => dialog.current?.showModal(), []);
  const copy = async () => {
    await navigator.clipboard.writeText(secret ?? '');
    setCopied(true);
  };
  return (
    <dialog
      ref={dialog}
      aria-label={`The new ${what}`}
      onCancel={(event) => !copied && event.preventDefault()}
      onClose={onClose}
    >
      <div className="stack">
        <h2>{title}</h2>
        {secret === undefined ? (
          <p>{howToRotate ?? 'Its secret was shown before.'}</p>
        ) : (
          <>
            <p>Copy the {what} now: it is not shown again.</p>
            <Code text={secret} label={`The new ${what}`} />
          </>
        )}
        <div className="row">
          {secret !== undefined && (
            <button type="button" className="primary" onClick={() => void copy()}>
              {copied ? 'Copied' : 'Copy'}
            </button>
          )}
          <button type="button" disabled={!copied} onClick={() => dialog.current?.close()}>
            Close
          </button>
        </div>
      </div>
    </dialog>
  );
}
