import './styles/base.css';
import './styles/parts.css';
import { ApiError } from '@deeplens/sdk';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { type ReactNode, StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { type Config, loadConfig } from './app/config.ts';
import { newRouter } from './app/router.tsx';
import { SessionProvider } from './app/session.tsx';
import { SignIn } from './app/sign-in.tsx';
import type { Person } from './auth/oidc.ts';
import { resumePerson } from './auth/resume.ts';
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

const Pages = () => {
  const [router] = useState(newRouter);
  return <RouterProvider router={router} />;
};

interface AppProps {
  config: Config;
  person?: Person | undefined;
  /** Why the issuer let nobody in. */
  refusal?: unknown;
}

const App = ({ config, person, refusal }: AppProps) => (
  <QueryClientProvider client={queries}>
    <SessionProvider
      config={config}
      person={person}
      signIn={(done) => <SignIn config={config} refusal={refusal} onSignedIn={done} />}
    >
      <Pages />
    </SessionProvider>
  </QueryClientProvider>
);

const element = document.getElementById('root');
if (!element) throw new Error('The page has no #root.');
const root = createRoot(element);
const show = (page: ReactNode) => root.render(<StrictMode>{page}</StrictMode>);

try {
  const config = await loadConfig();
  try {
    const person = config.oidc && (await resumePerson(config.oidc));
    show(<App config={config} person={person} />);
  } catch (refusal) {
    show(<App config={config} refusal={refusal} />);
  }
} catch (error) {
  show(
    <main className="alone">
      <ErrorNote error={error} onRetry={() => location.reload()} />
    </main>,
  );
}
