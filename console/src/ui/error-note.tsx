import { useEffect, useState } from 'react';
import { CopyButton } from './copy-button.tsx';
import { describeError } from './describe-error.ts';

/** Shows an error: what happened, what to do, its code, and the id to ask support about. After a 429 it counts down, then retries. */
export function ErrorNote({ error, onRetry }: { error: unknown; onRetry?: (() => void) | undefined }) {
  const { title, detail, whatToDo, code, correlationId, retryAfter } = describeError(error);
  return (
    <div className="error-note" role="alert">
      <strong>{title}</strong>
      <p>{detail}</p>
      {whatToDo && <p>{whatToDo}</p>}
      <p className="error-facts">
        {code && <code>{code}</code>}
        {correlationId && (
          <>
            <span className="note">
              Correlation id <code>{correlationId}</code>
            </span>
            <CopyButton text={correlationId} label="Copy id" />
          </>
        )}
        {onRetry &&
          (retryAfter === undefined ? (
            <button type="button" onClick={onRetry}>
              Try again
            </button>
          ) : (
            <Countdown key={correlationId} seconds={retryAfter} onEnd={onRetry} />
          ))}
      </p>
    </div>
  );
}

function Countdown({ seconds, onEnd }: { seconds: number; onEnd: () => void }) {
  const [left, setLeft] = useState(Math.ceil(seconds));
  useEffect(() => {
    const timer = setTimeout(() => (left > 0 ? setLeft(left - 1) : onEnd()), 1_000);
    return () => clearTimeout(timer);
  }, [left, onEnd]);
  return <span className="note">Tries again in {left} s</span>;
}
