import { useEffect, useId, useRef, useState } from 'react';
import { cssTransform, type Quad } from './homography.ts';

/** Ways to see two pictures on one another. */
export const MODES = ['swipe', 'blink', 'difference'] as const;
export type Mode = (typeof MODES)[number];

const BLINK_MS = 600;

/** Lays the query over the stored image by its alignment, so that crops and rotations line up. */
export function AlignedPictures({
  mode,
  queryUrl,
  storedUrl,
  quad,
  aspect,
}: {
  mode: Mode;
  queryUrl: string;
  storedUrl: string;
  quad: Quad;
  /** Width by height of the stored image. */
  aspect: number;
}) {
  const id = useId();
  const [swipe, setSwipe] = useState(50);
  const { ref, width } = useWidth();
  const { on, toggle } = useBlink(mode === 'blink');
  const clip = mode === 'swipe' ? `inset(0 ${100 - swipe}% 0 0)` : undefined;
  return (
    <div className="stack">
      <div ref={ref} className="aligned" style={{ aspectRatio: aspect, maxWidth: `calc(30rem * ${aspect})` }}>
        <img src={storedUrl} alt="In the library" />
        <div
          className="aligned-over"
          style={{
            clipPath: clip,
            mixBlendMode: mode === 'difference' ? 'difference' : 'normal',
            visibility: on ? 'visible' : 'hidden',
          }}
        >
          <img
            src={queryUrl}
            alt="Your picture, aligned"
            style={{ transform: cssTransform(quad, width, width / aspect) }}
          />
        </div>
      </div>
      {mode === 'swipe' && (
        <div className="row">
          <label htmlFor={id}>Your picture</label>
          <input
            id={id}
            type="range"
            value={swipe}
            onChange={(event) => setSwipe(event.target.valueAsNumber)}
          />
        </div>
      )}
      {mode === 'blink' && (
        <div className="row">
          <button type="button" onClick={toggle}>
            Show the other
          </button>
        </div>
      )}
      {mode === 'difference' && <p className="note">Black is equal; what shines differs.</p>}
    </div>
  );
}

/** Returns the width of an element in pixels, as it changes. */
function useWidth() {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(1);
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth || 1));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { ref, width };
}

/** Alternates while a mode is on, unless a person wants no motion; it is toggled then. Always on otherwise. */
function useBlink(active: boolean): { on: boolean; toggle: () => void } {
  const [on, setOn] = useState(true);
  const [alternates, setAlternates] = useState(true);
  useEffect(() => {
    if (!active) return;
    setOn(true);
    setAlternates(!matchMedia('(prefers-reduced-motion: reduce)').matches);
  }, [active]);
  useEffect(() => {
    if (!active || !alternates) return;
    const timer = setInterval(() => setOn((now) => !now), BLINK_MS);
    return () => clearInterval(timer);
  }, [active, alternates]);
  const toggle = () => {
    setAlternates(false);
    setOn((now) => !now);
  };
  return { on: on || !active, toggle };
}
