import type { AuditEntry } from '@deeplens/sdk';
import { useMutation } from '@tanstack/react-query';
import { saveAs } from '../../ui/save-as.ts';

/** A file of a browser can hold so many. */
const MOST = 10_000;

/** Saves what the filters find, an entry a line. @param read returns at most so many of them */
export function ExportAudit({ read }: { read: (limit: number) => Promise<AuditEntry[]> }) {
  const saving = useMutation({
    mutationFn: async () => {
      const entries = await read(MOST);
      saveAs('audit.ndjson', entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
      return entries.length;
    },
  });
  return (
    <>
      <span role="status" className="note">
        {saving.data === MOST && `The newest ${MOST} were saved. Name an end to get those before.`}
        {saving.error && 'It could not be saved. Try again.'}
      </span>
      <button type="button" disabled={saving.isPending} onClick={() => saving.mutate()}>
        {saving.isPending ? 'Reading…' : 'Save as NDJSON'}
      </button>
    </>
  );
}
