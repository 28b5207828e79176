/** Says that something is on its way. */
export const Loading = () => (
  <p role="status" className="note">
    Loading…
  </p>
);
