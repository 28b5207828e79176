import { createRootRoute } from '@tanstack/react-router';
import { ErrorNote } from '../ui/error-note.tsx';
import { Shell } from './shell.tsx';

/** The route that all pages are below. */
export const root = createRootRoute({
  component: Shell,
  errorComponent: ({ error, reset }) => <ErrorNote error={error} onRetry={reset} />,
  notFoundComponent: () => <p className="empty">There is no such page.</p>,
});
