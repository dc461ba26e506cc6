import { useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { pageAt } from './pages/all.tsx';
import { SignInPage } from './pages/sign-in.tsx';
import { later } from './parts/later.tsx';
import { Loading, Trouble } from './parts/notices.tsx';
import { Shell } from './parts/shell.tsx';
import { listen, stop } from './state/live.ts';
import { path } from './state/place.ts';
import { asked } from './state/proof.ts';
import { readSession, session } from './state/session.ts';

const LinkPage = later('the link', () => import('./pages/link/page.tsx'));
const ProofDialog = later('the dialog', () => import('./parts/proof-dialog.tsx'));

const LINKS = ['/invitation', '/reset-password'];

/** The dashboard: determines the session first, then shows the page. */
export function App() {
  useEffect(() => {
    readSession();
  }, []);
  useSignalEffect(() => {
    const { value } = session;
    if (value.kind === 'signed-in' && value.ended !== true && !value.me.second_factor_required) listen();
    else stop();
  });

  // A link signs in its own user, even if another user is signed in here.
  if (LINKS.includes(path.value)) return <LinkPage />;
  const { value } = session;
  switch (value.kind) {
    case 'loading':
      return <Loading what="Restaurant Monitor" />;
    case 'unreachable':
      return (
        <main>
          <Trouble error={value.error} title="The server does not respond" />
        </main>
      );
    case 'signed-out':
      return <SignInPage />;
    case 'signed-in': {
      const { me, ended = false } = value;
      // Until a required second factor is added, only the account page is available.
      const page = pageAt(me.second_factor_required ? '/account' : path.value);
      return (
        <>
          {ended && <SignInPage />}
          {/* Another user gets a new page. */}
          <div key={me.user?.user_id} hidden={ended}>
            <Shell title={page.title}>
              <page.Page key={path.value} {...page.params} />
              {asked.value !== undefined && <ProofDialog asked={asked.value} />}
            </Shell>
          </div>
        </>
      );
    }
  }
}
