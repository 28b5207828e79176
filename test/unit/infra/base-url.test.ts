import { expect, it } from 'vitest';
import * as z from 'zod';
import { environment } from '../../../infra/config/choose-environment.ts';
import { withTemporaryApp } from '../../../infra/constructs/temporary-app.ts';
import { deepLensStacks } from '../../../infra/stacks/deeplens.ts';

const Template = z.object({
  Resources: z.record(
    z.string(),
    z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).optional() }),
  ),
});

/** Returns the variables of the API's stage in an environment with this address. */
function stageVariables(apiUrl: string): unknown {
  const template = withTemporaryApp((app) => {
    deepLensStacks(app, { ...environment('local'), apiUrl });
    return app.synth().getStackByName('deeplens-local-api').template;
  });
  const { Resources } = Template.parse(template);
  const stage = Object.values(Resources).find(({ Type }) => Type === 'AWS::ApiGateway::Stage');
  return stage?.Properties?.Variables;
}

it('links begin with the configured address of the API, if it has a domain of its own', () => {
  expect(stageVariables('https://api.deeplens.example')).toEqual({
    base_url: 'https://api.deeplens.example',
  });
  expect(stageVariables('https://deeplens.example/api')).toEqual({
    base_url: 'https://deeplens.example/api',
  });
});

it.each([
  'http://api.deeplens.example',
  'https://api.deeplens.example/',
  'https://api.deeplens.example/?a=b',
  'https://user@api.deeplens.example',
  'api.deeplens.example',
])('an address that no link can begin with is refused: %s', (apiUrl) => {
  expect(() => stageVariables(apiUrl)).toThrow('apiUrl');
});
