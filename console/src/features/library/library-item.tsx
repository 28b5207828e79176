import type { Image } from '@deeplens/sdk';
import { Link } from '@tanstack/react-router';
import { Picture } from '../../ui/picture.tsx';

interface LibraryItemProps {
  image: Image;
  /** Undefined while pictures are not being selected. */
  isSelected: boolean | undefined;
  onToggle: (image: string) => void;
}

/** An image of the library: leads to its page, and can be selected. */
export const LibraryItem = ({ image, isSelected, onToggle }: LibraryItemProps) => (
  <li className="library-item">
    <Link to="/library/$imageId" params={{ imageId: image.image_id }}>
      <Picture image={image} alt={image.file_path} />
    </Link>
    {isSelected === undefined ? (
      <span className="clip note">{image.file_path}</span>
    ) : (
      <label className="clip note">
        <input type="checkbox" checked={isSelected} onChange={() => onToggle(image.image_id)} />{' '}
        {image.file_path}
      </label>
    )}
    {image.status !== 'indexed' && (
      <span className={`tag ${image.status}`}>{image.status.replace('_', ' ')}</span>
    )}
  </li>
);
