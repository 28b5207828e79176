/** Tenants whose searches are measured, by what they hold: a share of all documents, or always as many. */
const MEASURED = [
  { name: '100 documents', of: () => 100 },
  { name: '0.1 %', of: (all: number) => all / 1000 },
  { name: '1 %', of: (all: number) => all / 100 },
  { name: '10 %', of: (all: number) => all / 10 },
  { name: '50 %', of: (all: number) => all / 2 },
] as const;
/** The rest belongs to tenants of this share each. */
const OTHERS = 0.01;

export interface TenantSize {
  /** Label in the report; absent for tenants that only fill the index. */
  name?: (typeof MEASURED)[number]['name'];
  documents: number;
}

/** Returns each tenant's documents out of `all`: a few tenants of very different size, and many small ones. */
export function tenantSizes(all: number): TenantSize[] {
  const sizes: TenantSize[] = MEASURED.map(({ name, of }) => ({ name, documents: Math.round(of(all)) }));
  let rest = all - sizes.reduce((sum, { documents }) => sum + documents, 0);
  while (rest > 0) {
    const documents = Math.min(rest, Math.ceil(OTHERS * all));
    sizes.push({ documents });
    rest -= documents;
  }
  return sizes;
}
