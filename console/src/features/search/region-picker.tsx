import { type PointerEvent, useRef, useState } from 'react';
import { type Region, regionBetween, WHOLE } from './region.ts';

interface RegionPickerProps {
  url: string;
  region: Region | undefined;
  onPick: (region: Region | undefined) => void;
}

const SIDES = ['x', 'y', 'width', 'height'] as const;
const LABELS = { x: 'From the left', y: 'From the top', width: 'Width', height: 'Height' };

/** The query picture; a part of it is chosen by dragging, or by numbers. */
export function RegionPicker({ url, region, onPick }: RegionPickerProps) {
  const start = useRef<{ x: number; y: number }>(undefined);
  const [draft, setDraft] = useState<Region>();
  const [broken, setBroken] = useState<string>();
  const at = (event: PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    return { x: (event.clientX - box.x) / box.width, y: (event.clientY - box.y) / box.height };
  };
  const down = (event: PointerEvent) => {
    event.preventDefault();
    event.currentTarget.setPointerCapture(event.pointerId);
    start.current = at(event);
  };
  const move = (event: PointerEvent) => {
    if (start.current) setDraft(regionBetween(start.current, at(event)));
  };
  const up = (event: PointerEvent) => {
    if (!start.current) return;
    onPick(regionBetween(start.current, at(event)));
    start.current = undefined;
    setDraft(undefined);
  };
  if (broken === url) return null;
  const shown = draft ?? region;
  const set = (side: (typeof SIDES)[number], value: number) => {
    const changed = { ...(region ?? WHOLE) };
    changed[side] = value;
    const { x, y, width, height } = changed;
    onPick(regionBetween({ x, y }, { x: x + width, y: y + height }));
  };
  return (
    <div className="row region">
      <div className="region-frame" onPointerDown={down} onPointerMove={move} onPointerUp={up}>
        <img src={url} alt="The query" draggable={false} onError={() => setBroken(url)} />
        {shown && (
          <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
            <rect className="quad-ground" {...shown} />
            <rect className="quad" {...shown} />
          </svg>
        )}
      </div>
      <div className="stack">
        <p className="note">
          {region
            ? 'Searches for the marked part.'
            : 'Drag over a part of the picture to search for it alone.'}
        </p>
        <details>
          <summary>By numbers</summary>
          <div className="row">
            {SIDES.map((side) => (
              <label key={side}>
                {LABELS[side]}{' '}
                <input
                  type="number"
                  min={0}
                  max={100}
                  value={Math.round((region ?? WHOLE)[side] * 100)}
                  onChange={({ target }) => set(side, target.valueAsNumber / 100)}
                />{' '}
                %
              </label>
            ))}
          </div>
        </details>
        {region && (
          <button type="button" onClick={() => onPick(undefined)}>
            Whole picture
          </button>
        )}
      </div>
    </div>
  );
}
