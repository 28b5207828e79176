// Runs in CloudFront, for each call of a file of the console: paths of the page are answered by the page. A test compares it with
// `fileOfPath` of console/headers.ts.
// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls it.
function handler(event) {
  const request = event.request;
  if (request.uri === '/docs/') request.uri = '/docs/index.html';
  else if (!/\.[^/]+$/.test(request.uri)) request.uri = '/index.html';
  return request;
}
