import type { DuplicateGroup } from '@deeplens/sdk';
import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import { bytes, percent } from '../../ui/format.ts';
import { reclaimable } from './group-facts.ts';

/** Height of a row in pixels. */
export const ROW_PX = 44;

interface GroupRowProps {
  group: DuplicateGroup;
  /** From 0, of all groups. */
  index: number;
  isDecided: boolean;
  isSelected: boolean;
  /** The outcome of the last decision about it, in words. */
  outcome: string | undefined;
  onToggle: (group: string) => void;
  /** Absent if the credential may not decide. */
  onUndo: ((group: string) => void) | undefined;
}

/** Shows a group as a row of the table. Memoised: a scroll renders only the rows that it brings in. */
export const GroupRow = memo(function GroupRow(props: GroupRowProps) {
  const { group, index, isDecided, isSelected, outcome, onToggle, onUndo } = props;
  const { group_id, images, suggested_keeper, verdict, confidence, decision } = group;
  const keeper = images.find(({ image_id }) => image_id === suggested_keeper)?.file_path;
  return (
    <tr aria-rowindex={index + 1} style={{ height: ROW_PX }}>
      <td className="narrow">
        <input
          type="checkbox"
          aria-label={`Select the group of ${keeper}`}
          // Others are worth a look each.
          disabled={isDecided || verdict !== 'exact' || outcome !== undefined}
          checked={isSelected}
          onChange={() => onToggle(group_id)}
        />
      </td>
      <td className="clip">
        {isDecided ? (
          keeper
        ) : (
          <Link to="/duplicates" search={(now) => ({ verdict: now.verdict, group: group_id })}>
            {keeper}
          </Link>
        )}
      </td>
      <td>
        <span className={`tag ${verdict}`}>{verdict.replace('_', ' ')}</span>
      </td>
      <td>{percent(confidence)}</td>
      <td>{images.length}</td>
      <td>{bytes(reclaimable(group))}</td>
      <td className="clip">
        {outcome ??
          (isDecided && (
            <>
              {decision?.action.replace('_', ' ')}{' '}
              <button
                type="button"
                className="quiet"
                disabled={onUndo === undefined}
                onClick={() => onUndo?.(group_id)}
              >
                Undo
              </button>
            </>
          ))}
      </td>
    </tr>
  );
});
