import type { NewKey } from '@deeplens/sdk';
import { useEffect, useRef, useState } from 'react';

/** Shows the secret of a new key, and closes only once it was copied. */
export function ShownOnce({ made, onClose }: { made: NewKey; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [copied, setCopied] = useState(made.api_key === undefined);
  useEffect(() => dialog.current?.showModal(), []);
  const copy = async () => {
    await navigator.clipboard.writeText(made.api_key ?? '');
    setCopied(true);
  };
  return (
    <dialog
      ref={dialog}
      aria-label="The new key"
      onCancel={(event) => !copied && event.preventDefault()}
      onClose={onClose}
    >
      <div className="stack">
        <h2>{made.name}</h2>
        {made.api_key === undefined ? (
          <p>{made.how_to_rotate ?? 'Its secret was shown before.'}</p>
        ) : (
          <>
            <p>Copy the key now: it is not shown again.</p>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
            <pre className="code" tabIndex={0}>
              {made.api_key}
            </pre>
          </>
        )}
        <div className="row">
          {made.api_key !== undefined && (
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
