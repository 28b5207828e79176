import type { Person } from './person.ts';

/** Returns a person as the API shows it. */
export const personReply = ({ tenant_id, repeat_key, ...person }: Person) => person;
