import type { Image } from '@deeplens/sdk';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useSession } from '../../app/session.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { count } from '../../ui/format.ts';
import { Moment } from '../../ui/moment.tsx';

/** Deletes an image after a question, and shows the receipt. */
export function DeleteImage({ image }: { image: Image }) {
  const { client } = useSession();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const left = async () => {
    await navigate({ to: '/library' });
    queries.removeQueries({ queryKey: ['image', image.image_id] }); // not before its page is left, which would ask again
    await queries.invalidateQueries({ queryKey: ['library'] });
  };
  return (
    <Confirm
      label="Delete…"
      title={`Delete ${image.file_path}`}
      confirm="Delete"
      run={async () => client.images.delete(image.image_id)}
      outcome={({ receipt }) => (
        <>
          <h2>Deleted</h2>
          <p>
            <Moment at={receipt.completed_at} />. The receipt:
          </p>
          <dl className="facts">
            {Object.entries(receipt.deleted).map(([kind, number]) => (
              <div key={kind} className="fact">
                <dt>{kind.replace('_', ' ')}</dt>
                <dd>{count(number)}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
      onDone={() => void left()}
    >
      <p>The picture, its thumbnails and vectors are gone for good; your own storage is not touched.</p>
    </Confirm>
  );
}
