import type { StorageLocation } from '@deeplens/sdk';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useSession } from '../../app/session.tsx';
import { Confirm } from '../../ui/confirm.tsx';

/** Removes a location by a job; its pictures stay in the library, or go with it. */
export function RemoveLocation({ storage: { storage_id, name } }: { storage: StorageLocation }) {
  const { client } = useSession();
  const queries = useQueryClient();
  const [images, setImages] = useState<'keep' | 'delete'>('keep');
  return (
    <Confirm
      label="Remove…"
      title={`Remove ${name}`}
      toType={{ word: name, what: 'name' }}
      confirm="Remove"
      run={async () => client.storages.remove(storage_id, { images })}
      onDone={() => void queries.invalidateQueries({ queryKey: ['storages'] })}
    >
      <p>Your own objects stay as they are.</p>
      <label>
        <input
          type="checkbox"
          checked={images === 'delete'}
          onChange={({ target }) => setImages(target.checked ? 'delete' : 'keep')}
        />{' '}
        Delete its pictures from the library too
      </label>
    </Confirm>
  );
}
