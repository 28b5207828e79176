/** Posts a file with a presigned form, as a browser does. */
export function postFile(
  { url, fields }: { url: string; fields: Record<string, string> },
  bytes: Uint8Array,
  contentType: string,
): Promise<Response> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', new Blob([new Uint8Array(bytes)], { type: contentType }));
  return fetch(url, { method: 'POST', body: form });
}
