import type { ErrorCode } from '@deeplens/sdk';

const SIGN_IN = 'Sign out, then sign in again.';
const LATER = 'Try again in a minute. If it goes on, give the correlation id to those who run the service.';

/** What a person at this page can do about a problem; absent where its detail says all there is. */
const WHAT_TO_DO: Partial<Record<ErrorCode, string>> = {
  unauthenticated: SIGN_IN,
  token_expired: SIGN_IN,
  invalid_api_key: 'Paste the whole key. If it was revoked, ask an administrator for another.',
  forbidden: 'Ask an administrator for a role that allows it.',
  missing_scope: 'Ask an administrator for a key with this scope, or for another role.',
  tenant_suspended: 'Ask those who run the service why: nothing can be changed until they end it.',
  not_found: 'It may have been deleted. Go back to the list, and load it again.',
  purged: 'It cannot be brought back. Bring the file in again.',
  conflict: 'Load the page again to see the state it conflicts with.',
  image_not_ready: 'It is still on its way. Try again in a few seconds.',
  payload_too_large: 'Use a smaller file.',
  unsupported_media_type: 'Convert it to JPEG, PNG, WebP, GIF, TIFF, AVIF, HEIC or BMP.',
  unreadable_image: 'Open it in another program and save it anew.',
  truncated: 'The file ends too early, as after a copy that broke off. Get it again.',
  low_detail: 'It is nearly one colour: there is nothing to compare.',
  url_unreachable: 'Open the address in another tab. It must be public, without a sign-in.',
  url_not_an_image: 'Copy the address of the picture itself, not of the page around it.',
  unsafe_url: 'Only public addresses are fetched. Save the picture, and drop it here.',
  storage_access_denied: 'Compare the policy at the provider with that of step 2.',
  storage_unreachable: 'Check the address, and that the server can be reached from the internet.',
  bucket_not_found: 'Check the spelling, and the account that it belongs to.',
  region_mismatch: 'Enter the region that the detail names.',
  insecure_trust_policy: 'Add the condition with the external id to the trust policy.',
  quota_exceeded: 'Delete pictures, or change to a larger plan.',
  index_full: 'Give the correlation id to those who run the service.',
  internal_error: LATER,
  dependency_unavailable: LATER,
  unexpected_response: LATER,
  paused: 'It is paused for an incident. Nothing is lost; try again later.',
};

/** Returns what to do about a problem. */
export const whatToDo = (code: ErrorCode): string | undefined => WHAT_TO_DO[code];
