import type { Image } from '@deeplens/sdk';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef } from 'react';
import { useSession } from '../../app/session.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Moment } from '../../ui/moment.tsx';

/** Deletes an image after a question, and shows the receipt. */
export function DeleteImage({ image }: { image: Image }) {
  const { client } = useSession();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const dialog = useRef<HTMLDialogElement>(null);
  const removal = useMutation({
    mutationFn: () => client.images.delete(image.image_id),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['library'] }),
  });
  const receipt = removal.data?.receipt;
  const closed = () => {
    if (!receipt) return;
    queries.removeQueries({ queryKey: ['image', image.image_id] });
    void navigate({ to: '/library' });
  };
  return (
    <>
      <button type="button" className="danger" onClick={() => dialog.current?.showModal()}>
        Delete…
      </button>
      <dialog ref={dialog} onClose={closed} aria-label="Delete the picture">
        {receipt ? (
          <div className="stack">
            <h2>Deleted</h2>
            <p>
              <Moment at={receipt.completed_at} />. The receipt:
            </p>
            <dl className="facts">
              {Object.entries(receipt.deleted).map(([kind, count]) => (
                <div key={kind} className="fact">
                  <dt>{kind.replace('_', ' ')}</dt>
                  <dd>{count}</dd>
                </div>
              ))}
            </dl>
            <button type="button" onClick={() => dialog.current?.close()}>
              Back to the library
            </button>
          </div>
        ) : (
          <div className="stack">
            <h2>Delete {image.file_path}?</h2>
            <p>The picture, its thumbnails and vectors are gone for good; your own storage is not touched.</p>
            {removal.error && <ErrorNote error={removal.error} />}
            <div className="row">
              <button
                type="button"
                className="danger"
                disabled={removal.isPending}
                onClick={() => removal.mutate()}
              >
                {removal.isPending ? 'Deleting…' : 'Delete'}
              </button>
              <button type="button" onClick={() => dialog.current?.close()}>
                Keep it
              </button>
            </div>
          </div>
        )}
      </dialog>
    </>
  );
}
