/** Measured tenants: their documents as a share of all, or a fixed number. */
const MEASURED = [
  { name: '100 documents', of: () => 100 },
  { name: '0.1 %', of: (all: number) => all / 1000 },
  { name: '1 %', of: (all: number) => all / 100 },
  { name: '10 %', of: (all: number) => all / 10 },
  { name: '50 %', of: (all: number) => all / 2 },
] as const;
/** Each remaining tenant has this share of all documents. */
const OTHERS = 0.01;

export interface TenantSize {
  /** Label in the report; absent for tenants that only fill the index. */
  name?: (typeof MEASURED)[number]['name'];
  documents: number;
}

/** Divides `all` documents among a few tenants of very different sizes and many small ones. */
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
