import './shell.css';
import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { keptOf } from '../features/search/filters.ts';
import { setQueryFile } from '../features/search/query-file.ts';
import { ErrorNote } from '../ui/error-note.tsx';
import type { NavigationItem } from './navigation.ts';
import { useMe, useNavigation, useSession } from './session.tsx';

/** The frame of every page: navigation by what the credential allows, and a whole window that takes a picture to search for. */
export function Shell() {
  const me = useMe();
  const { signOut, keyName, hasTenant } = useSession();
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const content = useFocusedContent(path);
  const dragging = useDroppedPicture();
  const items = useNavigation();
  useShownLink(path, items.length);
  return (
    <div className="shell">
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <header className="side">
        <Link to="/" className="brand">
          <span className="brand-mark" aria-hidden="true" /> DeepLens
        </Link>
        <nav aria-label="Pages">
          <Pages items={items.filter(({ scope }) => scope !== 'operator')} />
          {items.some(({ scope }) => scope === 'operator') && (
            <>
              <h2 className="side-head">Operator</h2>
              <Pages items={items.filter(({ scope }) => scope === 'operator')} />
            </>
          )}
        </nav>
        <div className="who">
          <strong>{hasTenant ? me.data?.tenant_id : 'Operator'}</strong>
          <span className="note">
            {me.data && `${me.data.plan} plan · `}
            {me.data?.subject.name ?? me.data?.subject.email ?? keyName}
          </span>
          <a href="/docs/" className="note">
            API reference
          </a>
          <button type="button" className="quiet" onClick={signOut}>
            Sign out
          </button>
        </div>
      </header>
      <main ref={content} id="content" className="content" tabIndex={-1}>
        <Acting />
        {me.error ? <ErrorNote error={me.error} onRetry={() => void me.refetch()} /> : <Outlet />}
      </main>
      {dragging && <div className="drop-veil">Drop a picture to search for it</div>}
    </div>
  );
}

/** Says on the operator's pages on whose behalf, and on whom, one acts. */
function Acting() {
  const [, , page, tenant] = useRouterState({ select: ({ location }) => location.pathname.split('/') });
  const isOfOperator = useRouterState({
    select: ({ location }) => location.pathname.startsWith('/operator/'),
  });
  if (!isOfOperator) return null;
  return (
    <p className="acting" role="note">
      You act as the operator, on{' '}
      {page === 'tenants' && tenant ? (
        <strong>the tenant {decodeURIComponent(tenant)}</strong>
      ) : (
        'all tenants'
      )}
      . What you change is in the audit log.
    </p>
  );
}

const Pages = ({ items }: { items: readonly NavigationItem[] }) => (
  <ul>
    {items.map(({ to, label }) => (
      <li key={to}>
        <Link to={to}>{label}</Link>
      </li>
    ))}
  </ul>
);

/** Gives the focus to each new page: keys are then its own, not the link's that led there. */
function useFocusedContent(path: string) {
  const content = useRef<HTMLElement>(null);
  const shown = useRef(path);
  useEffect(() => {
    if (shown.current !== path) content.current?.focus({ preventScroll: true });
    shown.current = path;
  }, [path]);
  return content;
}

/** Scrolls the navigation to the link of the page: on a narrow screen it shows a part of its links. */
function useShownLink(path: string, links: number): void {
  useEffect(() => {
    if (links === 0) return;
    const link = document.querySelector(`nav [aria-current=page][href^="/${path.split('/')[1]}"]`);
    link?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [path, links]);
}

/** Searches for a picture that is dropped anywhere, or pasted. @returns whether one is being dragged */
function useDroppedPicture(): boolean {
  const [dragging, setDragging] = useState(false);
  const navigate = useNavigate();
  const elsewhere = useRouterState({ select: ({ location }) => location.pathname.startsWith('/upload') });
  useEffect(() => {
    if (elsewhere) return;
    const searchFor = (file: File | undefined) => {
      if (!file) return;
      setQueryFile(file);
      void navigate({ to: '/search', search: keptOf });
    };
    const over = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      setDragging(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setDragging(false);
    };
    const drop = (event: DragEvent) => {
      event.preventDefault();
      setDragging(false);
      searchFor(event.dataTransfer?.files[0]);
    };
    const paste = (event: ClipboardEvent) => {
      const text = event.clipboardData?.getData('text').trim() ?? '';
      if (event.clipboardData?.files[0]) searchFor(event.clipboardData.files[0]);
      else if (/^https?:\/\/\S+$/.test(text) && !(event.target instanceof HTMLInputElement))
        void navigate({
          to: '/search',
          search: (now) => ({ ...keptOf(now), url: text }),
        });
    };
    window.addEventListener('dragover', over);
    window.addEventListener('dragleave', leave);
    window.addEventListener('drop', drop);
    window.addEventListener('paste', paste);
    return () => {
      window.removeEventListener('dragover', over);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('drop', drop);
      window.removeEventListener('paste', paste);
    };
  }, [navigate, elsewhere]);
  return dragging;
}
