import { useRef, useState } from 'react';
import { CopyButton } from '../../ui/copy-button.tsx';
import { asCurl, asSdk, type SearchInput } from './snippet.ts';

/** Shows the search as code. */
export function AsCode({ api, input }: { api: string; input: SearchInput }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [kind, setKind] = useState<'curl' | 'sdk'>('curl');
  const code = kind === 'curl' ? asCurl(api, input) : asSdk(input);
  return (
    <>
      <button type="button" onClick={() => dialog.current?.showModal()}>
        Show as code
      </button>
      <dialog ref={dialog} aria-label="This search as code" className="as-code">
        <div className="stack">
          <div className="row">
            <button type="button" aria-pressed={kind === 'curl'} onClick={() => setKind('curl')}>
              curl
            </button>
            <button type="button" aria-pressed={kind === 'sdk'} onClick={() => setKind('sdk')}>
              SDK
            </button>
          </div>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
          <pre className="code" tabIndex={0}>
            {code}
          </pre>
          <div className="row">
            <CopyButton text={code} />
            <button type="button" onClick={() => dialog.current?.close()}>
              Close
            </button>
          </div>
        </div>
      </dialog>
    </>
  );
}
