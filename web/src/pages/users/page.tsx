import { Link } from '../../parts/link.tsx';
import { hereWith, param } from '../../state/place.ts';
import { AuditPart } from './audit.tsx';
import { UsersPart } from './list.tsx';
import './users.css';

const TABS = [
  { key: '', words: 'Users' },
  { key: 'audit', words: 'Audit log' },
] as const;

/** Users, access and the audit log. */
export default function PeoplePage() {
  const tab = param('tab');
  return (
    <>
      <header class="head">
        <div>
          <h1>Users & access</h1>
          <p class="quiet">Users, their roles and stores, and the audit log.</p>
        </div>
      </header>
      <nav class="tabs" aria-label="Users & access">
        {TABS.map(({ key, words }) => (
          <Link key={key} href={hereWith({ tab: key })} aria-current={tab === key ? 'page' : undefined}>
            {words}
          </Link>
        ))}
      </nav>
      {tab === '' ? <UsersPart /> : <AuditPart />}
    </>
  );
}
