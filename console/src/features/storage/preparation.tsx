import type { DeepLens } from '@deeplens/sdk';
import { Code } from '../../ui/code.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import type { Provider, TypedLocation } from './new-location.ts';
import { azureCommands, googleCommands, readPolicy, trustPolicy } from './policies.ts';

type ExternalId = Awaited<ReturnType<DeepLens['storages']['issueExternalId']>>;

interface PreparationProps {
  provider: Provider;
  typed: TypedLocation;
  /** For a role. */
  issued: ExternalId | undefined;
}

/** What has to be made at the provider first, ready to be copied; it follows what is typed. */
export function Preparation({ provider, typed, issued }: PreparationProps) {
  const { bucket, prefix, account } = typed;
  const policy = JSON.stringify(readPolicy(bucket.trim(), prefix.trim()), null, 2);
  switch (provider) {
    case 's3':
      return issued ? (
        <>
          <p>
            Make a role in your account. It trusts us on condition of the external id{' '}
            <code>{issued.external_id}</code>, which no other tenant can use: no secret leaves your account.
          </p>
          <ToCopy
            title="Trust policy"
            text={JSON.stringify(trustPolicy(issued.principal, issued.external_id), null, 2)}
          />
          <ToCopy title="Permissions" text={policy} />
        </>
      ) : null;
    case 'minio':
      return (
        <>
          <p>Make a user that may list and read the bucket, and nothing else.</p>
          <ToCopy title="Permissions" text={policy} />
        </>
      );
    case 'azure_blob':
      return (
        <>
          <p>Make a signature of the container that reads and lists. The account’s keys are not taken.</p>
          <ToCopy title="Commands" text={azureCommands(account.trim(), bucket.trim())} />
        </>
      );
    case 'gcs':
      return (
        <>
          <p>Make a service account that may read the bucket, and a key for it.</p>
          <ToCopy title="Commands" text={googleCommands(bucket.trim())} />
        </>
      );
  }
}

const ToCopy = ({ title, text }: { title: string; text: string }) => (
  <div>
    <div className="row">
      <h3 className="grow">{title}</h3>
      <CopyButton text={text} />
    </div>
    <Code text={text} label={title} />
  </div>
);
