import type { DuplicateGroup } from '@deeplens/sdk';
import { type PointerEvent, useEffect, useState } from 'react';
import { thumbnailUrl, useImages } from '../../ui/use-thumbnails.ts';
import { factsOf } from './group-facts.ts';

interface GroupViewProps {
  group: DuplicateGroup;
  keeper: string;
  onKeep: (image: string) => void;
  zoom: number;
  /** Shows the keeper in the place of the others. */
  blink: boolean;
}

const LARGE = 1024;

/** The pictures of a group side by side, all zoomed and moved together, and the facts in which they differ. */
export function GroupView({ group, keeper, onKeep, zoom, blink }: GroupViewProps) {
  const members = group.images;
  const images = useImages(members.map(({ image_id }) => image_id));
  const [shift, setShift] = useState({ x: 0, y: 0 });
  useEffect(() => {
    if (zoom === 1) setShift({ x: 0, y: 0 });
  }, [zoom]);
  const drag = (event: PointerEvent) => {
    if (event.buttons !== 1 || zoom === 1) return;
    setShift(({ x, y }) => ({ x: x + event.movementX, y: y + event.movementY }));
  };
  const transform = `translate(${shift.x}px, ${shift.y}px) scale(${zoom})`;
  const facts = factsOf(group, images);
  return (
    <section className="card group" aria-label="Group">
      <div className="row">
        <span className={`tag ${group.verdict}`}>
          {group.verdict === 'exact' ? 'exact' : 'edited copies'}
        </span>
        <p className="note">Suggested to keep: {group.keeper_reason}</p>
      </div>
      <div className="group-scroll scrolls">
        <table className="group-table">
          <thead>
            <tr>
              <td />
              {members.map(({ image_id, file_path }, index) => {
                const kept = image_id === keeper;
                const shown = images.get(blink ? keeper : image_id);
                return (
                  <td key={image_id}>
                    <button
                      type="button"
                      className="member"
                      aria-pressed={kept}
                      onClick={() => onKeep(image_id)}
                    >
                      <span className="member-frame" onPointerMove={drag}>
                        {shown && (
                          <img
                            src={thumbnailUrl(shown, LARGE)}
                            alt={file_path}
                            draggable={false}
                            style={{ transform }}
                          />
                        )}
                      </span>
                      <span className="row">
                        <kbd>{index + 1}</kbd> {kept ? 'Keep' : 'Keep this instead'}
                      </span>
                    </button>
                  </td>
                );
              })}
            </tr>
          </thead>
          <tbody>
            {facts.map(({ label, values, differs }) => (
              <tr key={label} className={differs ? 'differs' : 'equal'}>
                <th scope="row">{label}</th>
                {members.map(({ image_id }, index) => (
                  <td key={image_id}>{values[index]}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
