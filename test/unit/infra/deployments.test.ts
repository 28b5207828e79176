import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { synthesize } from './synthesized.ts';

/** The functions whose faults every tenant meets at once. */
const CAREFUL = ['AuthorizeRequest', 'RequestUploads', 'SearchImages'];
const Group = z.object({
  DeploymentConfigName: z.string(),
  AutoRollbackConfiguration: z.object({ Enabled: z.literal(true), Events: z.string().array() }),
  AlarmConfiguration: z.object({ Enabled: z.literal(true), Alarms: z.unknown().array().min(1) }),
  DeploymentStyle: z.object({ DeploymentOption: z.literal('WITH_TRAFFIC_CONTROL') }),
});

describe.each(['staging', 'prod'] as const)('a new version in %s', (name) => {
  const { of, resources } = synthesize(name);
  const aliases = of('AWS::Lambda::Alias');

  it('of the authorizer, of searches and of uploads gets a tenth of the calls for five minutes', () => {
    expect(aliases.map(({ id }) => id.replace(/Live[0-9A-F]{8}$/, '')).sort()).toEqual(CAREFUL);
    for (const { updatePolicy } of aliases)
      expect(updatePolicy).toMatchObject({
        CodeDeployLambdaAliasUpdate: { ApplicationName: expect.anything() },
      });
    const groups = of('AWS::CodeDeploy::DeploymentGroup').map(({ properties }) => Group.parse(properties));
    expect(groups).toHaveLength(CAREFUL.length);
    for (const { DeploymentConfigName, AutoRollbackConfiguration } of groups) {
      expect(DeploymentConfigName).toBe('CodeDeployDefault.LambdaCanary10Percent5Minutes');
      expect(AutoRollbackConfiguration.Events).toEqual(['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM']);
    }
  });

  it('goes back when callers get 5xx, or the function fails', () => {
    const alarms = of('AWS::CloudWatch::Alarm').filter(({ properties }) =>
      /-(canary|canary-5xx)$/.test(String(properties.AlarmName)),
    );
    const measured = alarms
      .map(({ properties }) => `${properties.AlarmName} ${properties.MetricName}`)
      .sort();
    expect(measured).toEqual(
      [
        `deeplens-${name}-authorize-request-canary-5xx 5XXError`, // Lambda counts refusals as errors
        `deeplens-${name}-request-uploads-canary Errors`,
        `deeplens-${name}-request-uploads-canary-5xx 5XXError`,
        `deeplens-${name}-search-images-canary Errors`,
        `deeplens-${name}-search-images-canary-5xx 5XXError`,
      ].sort(),
    );
  });

  it('is what the API calls: the alias, and no function behind its back', () => {
    const methods = of('AWS::ApiGateway::Method').filter(
      ({ properties }) => properties.HttpMethod === 'POST',
    );
    const uri = (path: RegExp) =>
      JSON.stringify(methods.find(({ id }) => path.test(id))?.properties.Integration);
    expect(uri(/v1searchsimilarityPOST/)).toContain('SearchImagesLive');
    expect(uri(/v1uploadsPOST/)).toContain('RequestUploadsLive');
    expect(JSON.stringify(of('AWS::ApiGateway::Authorizer'))).toContain('AuthorizeRequestLive');
    const invoked = JSON.stringify(
      of('AWS::Lambda::Permission').map(({ properties }) => properties.FunctionName),
    );
    expect(invoked).toMatch(/SearchImagesLive/);
    expect(invoked).not.toMatch(/SearchImagesFunction/);
  });

  it('of the worker goes back if its tasks do not start, or images end as dead letters', () => {
    const [service] = resources.filter(({ type }) => type === 'AWS::ECS::Service');
    expect(service?.properties.DeploymentConfiguration).toMatchObject({
      DeploymentCircuitBreaker: { Enable: true, Rollback: true },
      Alarms: { Enable: true, Rollback: true, AlarmNames: [expect.anything()] },
    });
  });
});

it.each(['local', 'dev'] as const)('replaces functions at once in %s', (name) => {
  const { of } = synthesize(name);
  expect(of('AWS::Lambda::Alias')).toEqual([]);
  expect(of('AWS::CodeDeploy::DeploymentGroup')).toEqual([]);
});
