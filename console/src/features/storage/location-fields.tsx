import type { HTMLInputTypeAttribute } from 'react';
import type { Provider, TypedLocation } from './new-location.ts';

interface LocationFieldsProps {
  provider: Provider;
  typed: TypedLocation;
  onTyped: (typed: TypedLocation) => void;
}

/** Where the pictures are, at a provider. */
export function PlaceFields({ provider, typed, onTyped }: LocationFieldsProps) {
  const field = fieldOf(typed, onTyped);
  return (
    <div className="meters">
      {provider === 'minio' &&
        field('endpoint', 'Address of the server', { hint: 'https://objects.example.com' })}
      {provider === 'azure_blob' && field('account', 'Storage account')}
      {field('bucket', provider === 'azure_blob' ? 'Container' : 'Bucket')}
      {provider === 's3' && field('region', 'Region', { hint: 'eu-central-1' })}
      {provider === 'minio' && field('region', 'Region', { optional: true, hint: 'us-east-1' })}
      {field('prefix', 'Only what begins with', { optional: true, hint: 'products/' })}
    </div>
  );
}

/** By what it is opened, and how it is called here. */
export function AccessFields({ provider, typed, onTyped }: LocationFieldsProps) {
  const field = fieldOf(typed, onTyped);
  return (
    <div className="meters">
      {provider === 's3' &&
        field('roleArn', 'ARN of the role', { hint: 'arn:aws:iam::123456789012:role/deeplens' })}
      {provider === 'minio' && field('accessKeyId', 'Access key id')}
      {provider === 'minio' && field('secretAccessKey', 'Secret access key', { type: 'password' })}
      {provider === 'azure_blob' && field('sasToken', 'Shared access signature', { type: 'password' })}
      {provider === 'gcs' && (
        <label className="stack">
          Content of key.json
          <textarea
            required
            rows={4}
            spellCheck={false}
            value={typed.keyFile}
            onChange={({ target }) => onTyped({ ...typed, keyFile: target.value })}
          />
        </label>
      )}
      {field('name', 'Name of the location')}
      {field('everyHours', 'Scan every so many hours', {
        type: 'number',
        optional: true,
        hint: 'when asked',
      })}
    </div>
  );
}

interface FieldOptions {
  optional?: boolean;
  type?: HTMLInputTypeAttribute;
  hint?: string;
}

const fieldOf =
  (typed: TypedLocation, onTyped: (typed: TypedLocation) => void) =>
  (name: Exclude<keyof TypedLocation, 'keyFile'>, label: string, options: FieldOptions = {}) => (
    <label className="stack">
      {label}
      <input
        type={options.type ?? 'text'}
        required={!options.optional}
        autoComplete="off"
        spellCheck={false}
        placeholder={options.hint}
        value={typed[name]}
        onChange={({ target }) => onTyped({ ...typed, [name]: target.value })}
      />
    </label>
  );
