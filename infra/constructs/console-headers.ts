import { Duration } from 'aws-cdk-lib';
import { HeadersReferrerPolicy, type ResponseHeadersPolicyProps } from 'aws-cdk-lib/aws-cloudfront';

/** Headers that CloudFront sets by fields of their own, and takes no other way. */
const HSTS = /^max-age=(\d+); includeSubDomains$/;

/**
 * Returns the policy by which CloudFront sets headers.
 * @throws Error if CloudFront cannot set them exactly so
 */
export function headersPolicy(
  headers: Readonly<Record<string, string>>,
): Pick<ResponseHeadersPolicyProps, 'securityHeadersBehavior' | 'customHeadersBehavior'> {
  const {
    'content-security-policy': contentSecurityPolicy,
    'strict-transport-security': transport = '',
    'x-content-type-options': contentType,
    'referrer-policy': referrer,
    ...others
  } = headers;
  const [, seconds] = HSTS.exec(transport) ?? [];
  const referrerPolicy = Object.values(HeadersReferrerPolicy).find((policy) => policy === referrer);
  if (!contentSecurityPolicy || !seconds || contentType !== 'nosniff' || !referrerPolicy)
    throw new Error(`CloudFront cannot set ${JSON.stringify(headers)}.`);
  const override = true;
  return {
    securityHeadersBehavior: {
      contentSecurityPolicy: { contentSecurityPolicy, override },
      contentTypeOptions: { override },
      referrerPolicy: { referrerPolicy, override },
      strictTransportSecurity: {
        accessControlMaxAge: Duration.seconds(Number(seconds)),
        includeSubdomains: true,
        override,
      },
    },
    customHeadersBehavior: {
      customHeaders: Object.entries(others).map(([header, value]) => ({ header, value, override })),
    },
  };
}
