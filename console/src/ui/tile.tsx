import '../features/tables.css';

/** A number that is looked at first. */
export const Tile = ({ label, value }: { label: string; value: string }) => (
  <div className="card tile">
    <span className="note">{label}</span>
    <strong>{value}</strong>
  </div>
);
