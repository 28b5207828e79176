import type { Image, SimilarityResult } from '@deeplens/sdk';
import { Link } from '@tanstack/react-router';
import { percent } from '../../ui/format.ts';
import { Picture } from '../../ui/picture.tsx';
import { explain } from './explain.ts';

/** A result in the list. */
export function ResultCard({
  result,
  image,
  chosen,
  onChoose,
}: {
  result: SimilarityResult;
  image: Image | undefined;
  chosen: boolean;
  onChoose: () => void;
}) {
  return (
    <li className="result card">
      <button type="button" className="result-choose" aria-pressed={chosen} onClick={onChoose}>
        <Picture image={image} alt={`Compare with ${result.file_path}`} />
      </button>
      <div className="row">
        <strong>{percent(result.similarity_score)}</strong>
        <Link to="/library/$imageId" params={{ imageId: result.image_id }} className="path">
          {result.file_path}
        </Link>
      </div>
      <p className="note">{explain(result)}</p>
      {result.group_size !== undefined && (
        <p className="note">
          One of {result.group_size}:{' '}
          <Link to="/duplicates" search={{ group: result.group_id }}>
            its group
          </Link>
        </p>
      )}
    </li>
  );
}
