import './styles/base.css';
import './styles/parts.css';
import { ApiError } from '@deeplens/sdk';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { type Config, loadConfig } from './app/config.ts';
import { router } from './app/router.tsx';
import { SessionProvider } from './app/session.tsx';
import { SignIn } from './app/sign-in.tsx';
import { ErrorNote } from './ui/error-note.tsx';

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // The SDK repeats what can be repeated.
      retry: (failures, error) => failures < 1 && !(error instanceof ApiError),
      refetchOnWindowFocus: false,
      staleTime: 15_000,
    },
  },
});

const App = ({ config }: { config: Config }) => (
  <QueryClientProvider client={queries}>
    <SessionProvider config={config} signIn={(done) => <SignIn config={config} onSignedIn={done} />}>
      <RouterProvider router={router} />
    </SessionProvider>
  </QueryClientProvider>
);

const element = document.getElementById('root');
if (!element) throw new Error('The page has no #root.');
const root = createRoot(element);
loadConfig().then(
  (config) =>
    root.render(
      <StrictMode>
        <App config={config} />
      </StrictMode>,
    ),
  (error: unknown) =>
    root.render(
      <main className="alone">
        <ErrorNote error={error} onRetry={() => location.reload()} />
      </main>,
    ),
);
