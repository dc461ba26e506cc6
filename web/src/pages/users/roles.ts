import type { User } from '../../../api/schema.ts';

export type Role = User['role'];

export const ROLES: readonly { readonly role: Role; readonly words: string; readonly meaning: string }[] = [
  { role: 'admin', words: 'Admin', meaning: 'sees and changes everything, including users' },
  { role: 'operator', words: 'Operator', meaning: 'sees and changes all stores' },
  { role: 'owner', words: 'Owner', meaning: 'sees only assigned stores' },
];

export function roleFrom(text: string): Role {
  return ROLES.find(({ role }) => role === text)?.role ?? 'owner';
}
