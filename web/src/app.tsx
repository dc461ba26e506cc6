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

const ProofDialog = later(() => import('./parts/proof-dialog.tsx'));

/** Everything: who one is first, and then the page. */
export function App() {
  useEffect(() => {
    readSession();
  }, []);
  useSignalEffect(() => {
    const { value } = session;
    if (value.kind === 'somebody' && !value.me.second_factor_required) listen();
    else stop();
  });

  const { value } = session;
  switch (value.kind) {
    case 'asking':
      return <Loading what="Restaurant Monitor" />;
    case 'away':
      return (
        <main>
          <Trouble error={value.error} title="The server does not answer" />
        </main>
      );
    case 'nobody':
      return <SignInPage />;
    case 'somebody': {
      // Who has to add a second factor can do that, and nothing else.
      const page = pageAt(value.me.second_factor_required ? '/account' : path.value);
      return (
        <Shell title={page.title}>
          <page.Page key={path.value} {...page.params} />
          {asked.value !== undefined && <ProofDialog asked={asked.value} />}
        </Shell>
      );
    }
  }
}
