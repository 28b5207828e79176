import { useEffect, useState } from 'react';
import { useMe, useSession } from '../../app/session.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { bytes, count, counted, duration } from '../../ui/format.ts';
import { type FailureGroup, groupFailures, secondsLeft } from './failures.ts';
import { cancelRun, closeRun, retryFailures, type UploadRun } from './upload-run.ts';

/** Shows the progress of a run, and its failures. */
export function RunView({ run }: { run: UploadRun }) {
  const { progress, total, totalBytes, indexed, failures, phase } = run;
  const { uploaded, duplicate, resumed, failed } = progress;
  const tried = uploaded + duplicate + resumed + failed;
  const elapsed = useElapsed(run.startedAt, phase === 'sending');
  const left = secondsLeft(progress.bytesSent, totalBytes, elapsed);
  return (
    <section className="card" aria-label="Upload">
      <div className="row">
        <h2 className="grow">{TITLES[phase]}</h2>
        {phase === 'sending' ? (
          <button type="button" onClick={cancelRun}>
            Cancel
          </button>
        ) : (
          phase !== 'indexing' && (
            <button type="button" onClick={closeRun}>
              Close
            </button>
          )
        )}
      </div>
      <progress value={tried} max={total} aria-label="Sent" />
      {indexed !== undefined && <progress value={indexed} max={total} aria-label="Searchable" />}
      <p role="status">
        {count(tried)} of {counted(total, 'file')} sent
        {indexed !== undefined && `, ${count(indexed)} searchable`}
        {resumed > 0 && `, ${count(resumed)} sent before`}
        {duplicate > 0 && `, ${count(duplicate)} known`}
        {failures.length > 0 && `, ${count(failures.length)} failed`}
      </p>
      {phase === 'sending' && (
        <p className="note">
          {bytes(progress.bytesSent)}
          {elapsed > 1_000 && `, ${bytes(Math.round((progress.bytesSent * 1000) / elapsed))}/s`}
          {left !== undefined && `, about ${duration(left)} left`}
        </p>
      )}
      {indexed === undefined && (
        <p className="note">
          Whether they have become searchable can be seen with the scope <code>deeplens.search</code>.
        </p>
      )}
      {run.error !== undefined && <ErrorNote error={run.error} />}
      {groupFailures(failures).map((group) => (
        <Failures key={group.code} group={group} idle={phase === 'done' || phase === 'cancelled'} />
      ))}
    </section>
  );
}

const TITLES = {
  sending: 'Sending',
  indexing: 'Making them searchable',
  done: 'Done',
  cancelled: 'Cancelled',
} as const;

const SHOWN = 5;

function Failures({ group, idle }: { group: FailureGroup; idle: boolean }) {
  const { client } = useSession();
  const me = useMe().data;
  const { code, detail, whatToDo, failures } = group;
  return (
    <div className="error-note">
      <strong>
        {counted(failures.length, 'file')}: <code>{code}</code>
      </strong>
      <p>{detail}</p>
      <p>{whatToDo}</p>
      <ul className="note">
        {failures.slice(0, SHOWN).map(({ path }) => (
          <li key={path}>{path}</li>
        ))}
        {failures.length > SHOWN && <li>and {counted(failures.length - SHOWN, 'other')}</li>}
      </ul>
      {me && (
        <p>
          <button type="button" disabled={!idle} onClick={() => void retryFailures(client, me, failures)}>
            Retry {failures.length === 1 ? 'it' : 'all'}
          </button>
        </p>
      )}
    </div>
  );
}

/** Milliseconds since the start, while it runs. */
function useElapsed(startedAt: number, running: boolean): number {
  const [elapsed, setElapsed] = useState(0);
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => setElapsed(Date.now() - startedAt), 500);
    return () => clearInterval(timer);
  }, [startedAt, running]);
  return elapsed;
}
