import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ENVIRONMENT_NAMES } from '../../../infra/config/environments.ts';
import { exampleEnvironment } from './example.ts';
import { synthesize, synthesizeEnvironment } from './synthesized.ts';

/** MB: Lambda's limit for an account without a history. */
const LAMBDA_MEMORY = 3_008;
/** Kinds of resources whose content cannot be made again from the templates. */
const HOLDS_DATA = [
  'AWS::Cognito::UserPool',
  'AWS::DynamoDB::Table',
  'AWS::Logs::LogGroup',
  'AWS::OpenSearchService::Domain',
  'AWS::S3::Bucket',
];

describe.each(ENVIRONMENT_NAMES)('a first deployment of %s', (name) => {
  const { of } = synthesize(name);

  it('asks for no more memory than Lambda gives a new account', () => {
    const largest = Math.max(
      ...of('AWS::Lambda::Function').map(({ properties }) => Number(properties.MemorySize ?? 128)),
    );
    expect(largest).toBe(LAMBDA_MEMORY);
  });
});

const OnAws = ENVIRONMENT_NAMES.filter((name) => name !== 'local');

describe.each(OnAws)('a first deployment of %s into an account without GPUs', (name) => {
  const { of, resources } = synthesize(name);
  const [service] = of('AWS::ECS::Service');

  it('waits for no task of the worker', () => {
    expect(service?.properties.DesiredCount).toBe(0);
  });

  it('leaves the number of tasks as it is, once the service exists', () => {
    const { target, ...environment } = exampleEnvironment(name);
    const later = { ...environment, ...(target && { target: { ...target, workerCreated: true } }) };
    const [again] = synthesizeEnvironment(later).of('AWS::ECS::Service');
    expect(again?.properties).not.toHaveProperty('DesiredCount');
  });

  it('creates the service after its capacity, and deletes it before', () => {
    const associations = of('AWS::ECS::ClusterCapacityProviderAssociations').map(({ id }) => id);
    expect(associations).toHaveLength(name === 'dev' ? 0 : 1); // Fargate has none
    expect(service?.dependsOn).toEqual(expect.arrayContaining(associations));
  });

  it('can be tried again after a rollback: what it created is removed unless it was complete', () => {
    const keptAlways = resources.filter(({ onDeletion }) => onDeletion === 'Retain');
    expect(keptAlways.map(({ id }) => id)).toEqual([]);
  });
});

describe.each(['staging', 'prod'] as const)('the data of %s', (name) => {
  const { of, resources, protectedStacks } = synthesize(name);
  const holders = resources.filter(({ type }) => HOLDS_DATA.includes(type));

  it('stay when their stack is deleted or an update replaces them', () => {
    for (const { id, onDeletion, onReplacement } of holders)
      expect({ id, onDeletion, onReplacement }).toEqual({
        id,
        onDeletion: 'RetainExceptOnCreate',
        onReplacement: 'Retain',
      });
  });

  it('are in stacks, tables and a user pool that nobody deletes by accident', () => {
    const stacks = new Set(
      holders.filter(({ type }) => type !== 'AWS::Logs::LogGroup').map(({ stack }) => stack),
    );
    expect(protectedStacks).toEqual(expect.arrayContaining([...stacks]));
    for (const { properties } of of('AWS::DynamoDB::Table'))
      expect(properties.DeletionProtectionEnabled).toBe(true);
    expect(of('AWS::Cognito::UserPool')[0]?.properties.DeletionProtection).toBe('ACTIVE');
  });
});

describe('env dev', () => {
  const { of, resources, protectedStacks } = synthesize('dev');

  it('can be destroyed: nothing stays, and buckets are emptied first', () => {
    expect(resources.filter(({ onDeletion }) => onDeletion !== 'Delete').map(({ id }) => id)).toEqual([]);
    expect(protectedStacks).toEqual([]);
    const Tags = z.array(z.object({ Key: z.string(), Value: z.unknown() }));
    const emptied = of('AWS::S3::Bucket').filter(({ properties }) =>
      Tags.parse(properties.Tags ?? []).some(({ Key }) => Key === 'aws-cdk:auto-delete-objects'),
    );
    expect(emptied).toHaveLength(of('AWS::S3::Bucket').length);
    expect(of('Custom::S3AutoDeleteObjects')).toHaveLength(emptied.length);
  });
});

it('keeps the objects of all environments but dev', () => {
  for (const name of ['local', 'staging', 'prod'] as const)
    expect(synthesize(name).of('Custom::S3AutoDeleteObjects')).toEqual([]);
});
