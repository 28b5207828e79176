import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useScope, useSession } from '../../app/session.tsx';
import { describeError } from '../../ui/describe-error.ts';
import { bytes, counted } from '../../ui/format.ts';
import { useGroups } from './queries.ts';

/** Deletes what decisions left over: the second step, with its count and bytes. */
export function DeleteOthers() {
  const { client } = useSession();
  const queries = useQueryClient();
  const mayDelete = useScope('deeplens.upload');
  const list = useGroups(true, undefined);
  const dialog = useRef<HTMLDialogElement>(null);
  const [deleted, setDeleted] = useState(0);
  const others = (list.data?.pages ?? []).flatMap(({ groups }) =>
    groups.flatMap(({ decision, images }) =>
      decision?.action === 'keep_one' ? images.filter(({ image_id }) => image_id !== decision.keeper) : [],
    ),
  );
  const removal = useMutation({
    mutationFn: async () => {
      const refused: string[] = [];
      setDeleted(0);
      for (const { image_id, file_path } of others)
        await client.images.delete(image_id).then(
          () => setDeleted((before) => before + 1),
          (error: unknown) => refused.push(`${file_path}: ${describeError(error).detail}`),
        );
      return refused;
    },
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: ['duplicates'] });
      void queries.invalidateQueries({ queryKey: ['library'] });
    },
  });
  if (!mayDelete || (others.length === 0 && removal.isIdle)) return null;
  const size = bytes(others.reduce((sum, { file_size }) => sum + file_size, 0));
  return (
    <section className="card" aria-label="Delete the others">
      <div className="row">
        <p className="grow">
          {counted(others.length, 'picture')} that you decided not to keep{' '}
          {others.length === 1 ? 'takes' : 'take'} {size}
          {list.hasNextPage && ', of the first groups'}.
        </p>
        <button
          type="button"
          className="danger"
          disabled={others.length === 0 || removal.isPending}
          onClick={() => dialog.current?.showModal()}
        >
          Delete them…
        </button>
      </div>
      {removal.isPending && <progress value={deleted} max={others.length} aria-label="Deleted" />}
      <p aria-live="polite">{removal.isSuccess && `${counted(deleted, 'picture')} deleted.`}</p>
      {removal.data && removal.data.length > 0 && (
        <ul className="note">
          {removal.data.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      <dialog ref={dialog} aria-label="Delete the others">
        <div className="stack">
          <h2>Delete {counted(others.length, 'picture')}?</h2>
          <p>
            {size} are free afterwards. The pictures, their thumbnails and vectors are gone for good; your own
            storage is not touched.
          </p>
          <div className="row">
            <button
              type="button"
              className="danger"
              onClick={() => {
                dialog.current?.close();
                removal.mutate();
              }}
            >
              Delete {counted(others.length, 'picture')}
            </button>
            <button type="button" onClick={() => dialog.current?.close()}>
              Keep them
            </button>
          </div>
        </div>
      </dialog>
    </section>
  );
}
