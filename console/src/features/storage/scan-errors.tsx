import { useState } from 'react';
import { useSession } from '../../app/session.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { counted } from '../../ui/format.ts';
import { Loading } from '../../ui/loading.tsx';
import { More } from '../../ui/more.tsx';
import { usePages } from '../../ui/use-pages.ts';
import { Wide } from '../../ui/wide.tsx';

/** All errors of a scan, object by object, once they are asked for. */
export function ScanErrors({ jobId, count }: { jobId: string; count: number }) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{counted(count, 'error')}, object by object</summary>
      {open && <Errors jobId={jobId} />}
    </details>
  );
}

function Errors({ jobId }: { jobId: string }) {
  const { client } = useSession();
  const list = usePages(['scan errors', jobId], (signal) =>
    client.jobs.listErrors(jobId, { limit: 100 }, { signal }),
  );
  if (list.error) return <ErrorNote error={list.error} onRetry={() => void list.refetch()} />;
  if (list.isPending) return <Loading />;
  return (
    <>
      <Wide label="Errors of the scan">
        <table>
          <thead>
            <tr>
              <th>Object</th>
              <th>Code</th>
              <th>What happened</th>
            </tr>
          </thead>
          <tbody>
            {list.items.map(({ path, code, detail }) => (
              <tr key={`${path} ${code}`}>
                <td>{path}</td>
                <td>
                  <code>{code}</code>
                </td>
                <td>{detail}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
      <More {...list} />
    </>
  );
}
