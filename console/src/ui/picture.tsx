import type { Image } from '@deeplens/sdk';
import { useState } from 'react';
import { thumbnailUrl } from './use-thumbnails.ts';

/** Shows a thumbnail of an image, or says that there is none. */
export function Picture({
  image,
  alt,
  size = 256,
}: {
  image: Image | undefined;
  alt: string;
  size?: number;
}) {
  const url = thumbnailUrl(image, size);
  const [broken, setBroken] = useState<string>();
  if (!url || broken === url)
    return (
      <span className="picture absent" role="img" aria-label={alt}>
        {image ? 'No thumbnail' : ''}
      </span>
    );
  return <img className="picture" src={url} alt={alt} loading="lazy" onError={() => setBroken(url)} />;
}
