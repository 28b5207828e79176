import './upload.css';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type DragEvent, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { meQuery, useMe, useSession } from '../../app/session.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { counted } from '../../ui/format.ts';
import { chosenFiles, droppedFiles, type FoundFile } from './dropped-files.ts';
import { interruptedRun } from './interrupted.ts';
import { isPicture } from './is-picture.ts';
import { RunView } from './run-view.tsx';
import { currentRun, startRun, subscribe } from './upload-run.ts';

/** Above it, the command line is the better way: it goes on without a browser. */
const FOR_THE_CLI = 2_000;

/** Brings pictures in: folders dropped or chosen. */
export function UploadPage() {
  const { client, config } = useSession();
  const tenant = useMe().data?.tenant_id;
  const queries = useQueryClient();
  const run = useSyncExternalStore(subscribe, currentRun);
  const folder = useRef<HTMLInputElement>(null);
  const single = useRef<HTMLInputElement>(null);
  const [reading, setReading] = useState<number>();
  const [many, setMany] = useState<readonly FoundFile[]>();
  const [none, setNone] = useState(false);
  const [over, setOver] = useState(false);
  const busy = run?.phase === 'sending';
  useEffect(() => {
    folder.current?.setAttribute('webkitdirectory', ''); // React knows no such attribute
  });
  useEffect(() => {
    if (!busy) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [busy]);

  const begin = async (found: readonly FoundFile[]) => {
    setMany(undefined);
    const me = await queries.ensureQueryData(meQuery(client)); // files can be there before the reply
    await startRun(client, me, found);
  };
  const take = (found: readonly FoundFile[]) => {
    const pictures = found.filter(({ path }) => isPicture(path));
    setNone(pictures.length === 0);
    if (pictures.length > FOR_THE_CLI) setMany(pictures);
    else if (pictures.length > 0) void begin(pictures);
  };
  const drop = async (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    // Before the first await: afterwards the browser has taken them back.
    const entries = Array.from(event.dataTransfer.items, (item) => item.webkitGetAsEntry());
    const found: FoundFile[] = [];
    for await (const each of droppedFiles(entries.filter((entry) => entry !== null))) {
      found.push(each);
      if (found.length % 100 === 0) setReading(found.length);
    }
    setReading(undefined);
    take(found);
  };
  const interrupted = !run && tenant ? interruptedRun(tenant) : undefined;
  const command = `deeplens --base-url ${new URL(config.api, location.origin).href} upload FOLDER`;
  return (
    <div className="page">
      <div className="page-head">
        <h1>Bring pictures in</h1>
      </div>
      {interrupted && (
        <div className="card" role="status">
          <strong>
            An upload was broken off after {interrupted.done} of {interrupted.total} files.
          </strong>
          <p>Choose or drop the same folder again: what is done is not sent again.</p>
        </div>
      )}
      {run && <RunView run={run} />}
      {!busy && (
        // biome-ignore lint/a11y/noStaticElementInteractions: the buttons within do the same
        <div
          className={`drop-zone empty ${over ? 'over' : ''}`}
          onDragOver={(event) => {
            event.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => setOver(false)}
          onDrop={(event) => void drop(event)}
        >
          <strong>Drop folders or pictures here</strong>
          <div className="row">
            <button type="button" className="primary" onClick={() => folder.current?.click()}>
              Choose a folder
            </button>
            <button type="button" onClick={() => single.current?.click()}>
              Choose pictures
            </button>
          </div>
          <p>
            JPEG, PNG, WebP, GIF, TIFF, AVIF, HEIC, BMP and raw files. Files that were sent before are
            skipped.
          </p>
          {reading !== undefined && <p role="status">Reading folders: {counted(reading, 'file')}…</p>}
          {none && <p role="alert">There is no picture among these files.</p>}
          <input
            ref={folder}
            type="file"
            multiple
            className="visually-hidden"
            tabIndex={-1}
            aria-label="Folder"
            onChange={({ target }) => target.files && take(chosenFiles(target.files))}
          />
          <input
            ref={single}
            type="file"
            multiple
            accept="image/*"
            className="visually-hidden"
            tabIndex={-1}
            aria-label="Pictures"
            onChange={({ target }) => target.files && take(chosenFiles(target.files))}
          />
        </div>
      )}
      {many && (
        <div className="card" role="status">
          <strong>{counted(many.length, 'file')} are many for a page.</strong>
          <p>The command line goes on when the browser is closed, and takes any number:</p>
          <pre className="code">{command}</pre>
          <div className="row">
            <CopyButton text={command} />
            <button type="button" onClick={() => void begin(many)}>
              Bring them in here
            </button>
          </div>
        </div>
      )}
      <p className="note">
        Pictures of a bucket of your own need not be sent: its scan brings them in.{' '}
        <Link to="/library">Library</Link>
      </p>
    </div>
  );
}
