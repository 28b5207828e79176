import { useScope } from '../../app/session.tsx';
import { bytes, counted } from '../../ui/format.ts';
import { ConfirmDeletion } from '../library/confirm-deletion.tsx';
import { useGroups } from './queries.ts';

/** Deletes what decisions left over: the second step, with its count and bytes. */
export function DeleteOthers() {
  const mayDelete = useScope('deeplens.upload');
  const list = useGroups(true, undefined);
  const others = (list.data?.pages ?? []).flatMap(({ groups }) =>
    groups.flatMap(({ decision, images }) =>
      decision?.action === 'keep_one' ? images.filter(({ image_id }) => image_id !== decision.keeper) : [],
    ),
  );
  const size = bytes(others.reduce((sum, { file_size }) => sum + file_size, 0));
  if (!mayDelete || others.length === 0) return null;
  return (
    <section className="card" aria-label="Delete the others">
      <div className="row">
        <p className="grow">
          {counted(others.length, 'picture')} that you decided not to keep{' '}
          {others.length === 1 ? 'takes' : 'take'} {size}
          {list.hasNextPage && ', of the first groups'}.
        </p>
        <ConfirmDeletion label="Delete them…" images={others}>
          <p>{size} are free afterwards.</p>
        </ConfirmDeletion>
      </div>
    </section>
  );
}
