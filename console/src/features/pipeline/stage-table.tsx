import type { GetOverviewReply } from '@deeplens/sdk';
import { count, duration } from '../../ui/format.ts';
import { Wide } from '../../ui/wide.tsx';

type Stage = GetOverviewReply['pipeline']['stages'][number];

const TEXTS: Record<Stage['name'], { stage: string; what: string }> = {
  validate: { stage: 'validation', what: 'The file is read, checked and hashed.' },
  embed: { stage: 'embedding', what: 'A model turns the picture into a vector.' },
  index: { stage: 'indexing', what: 'The vector becomes searchable.' },
  detect: { stage: 'duplicates', what: 'It is compared with what is there, beside searches.' },
};

/** How many pictures wait for each stage, since when, and how fast they pass. */
export const StageTable = ({ stages }: { stages: readonly Stage[] }) => (
  <Wide label="Stages">
    <table>
      <caption>Stages</caption>
      <thead>
        <tr>
          <th>Stage</th>
          <th>Waiting</th>
          <th>Oldest waits</th>
          <th>A second</th>
          <th>What it does</th>
        </tr>
      </thead>
      <tbody>
        {stages.map(({ name, depth, oldest_age_s, rate_per_s }) => (
          <tr key={name}>
            <th scope="row">{TEXTS[name].stage}</th>
            <td>{count(depth)}</td>
            <td>{oldest_age_s > 0 ? duration(oldest_age_s) : '–'}</td>
            <td>{rate_per_s.toFixed(2)}</td>
            <td className="note">{TEXTS[name].what}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </Wide>
);
