/** An exact origin, or all subdomains of a host: `https://*.example.com`. */
export const ORIGIN_PATTERN = /^https?:\/\/(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::\d{1,5})?$/;
