import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useSession } from '../../app/session.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { counted } from '../../ui/format.ts';
import { type Deletable, deleteImages } from './delete-images.ts';

interface ConfirmDeletionProps {
  /** Names the button that asks. */
  label: string;
  images: readonly Deletable[];
  onDone?: () => void;
  /** Says what else follows, besides that the pictures are gone. */
  children?: ReactNode;
}

/** Deletes several images after a question, and says which of them are still there and why. */
export function ConfirmDeletion({ label, images, onDone, children }: ConfirmDeletionProps) {
  const { client } = useSession();
  const queries = useQueryClient();
  const [tried, setTried] = useState<number>();
  const run = async () => {
    setTried(0);
    return deleteImages(client, images, setTried).finally(() => setTried(undefined));
  };
  // Not before the dialog is closed: the list that it is part of may then be empty.
  const done = () => {
    void queries.invalidateQueries({ queryKey: ['duplicates'] });
    void queries.invalidateQueries({ queryKey: ['library'] });
    onDone?.();
  };
  const number = counted(images.length, 'picture');
  return (
    <Confirm
      label={label}
      title={`Delete ${number}`}
      confirm={`Delete ${number}`}
      isDisabled={images.length === 0}
      run={run}
      outcome={({ deleted, refused }) => (
        <>
          <h2>{counted(deleted, 'picture')} deleted.</h2>
          {refused.length > 0 && <p>{counted(refused.length, 'picture')} stay:</p>}
          <ul className="note">
            {refused.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </>
      )}
      onDone={done}
    >
      {children}
      <p>The pictures, their thumbnails and vectors are gone for good; your own storage is not touched.</p>
      {tried !== undefined && <progress value={tried} max={images.length} aria-label="Deleted" />}
    </Confirm>
  );
}
