const LOCAL = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** Shows a time of the API in local time; in UTC on hover. */
export const Moment = ({ at }: { at: string }) => (
  <time dateTime={at} title={`${at.replace('T', ' ').replace(/(\.\d+)?Z$/, '')} UTC`}>
    {LOCAL.format(new Date(at))}
  </time>
);
