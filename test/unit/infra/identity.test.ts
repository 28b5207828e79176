import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { IssuersEnv } from '#shared/identity/issuers.ts';
import { ROLES, SCOPES } from '#shared/kernel/access.ts';
import { ENVIRONMENT_NAMES } from '../../../infra/config/environments.ts';
import { withTemporaryApp } from '../../../infra/constructs/temporary-app.ts';
import { IdentityStack } from '../../../infra/stacks/identity.ts';
import { exampleEnvironment } from './example.ts';
import { violations } from './synthesized.ts';

describe.each(ENVIRONMENT_NAMES)('identity in %s', (name) => {
  const { app, template } = withTemporaryApp((app) => {
    const stack = new IdentityStack(app, { environment: exampleEnvironment(name) });
    return { app, template: Template.fromStack(stack) };
  });
  const client = (props: object) => template.hasResourceProperties('AWS::Cognito::UserPoolClient', props);

  it('meets the AwsSolutions pack', () => {
    expect(violations(app)).toEqual([]);
  });

  it('has clients for a server console, a browser console and machines', () => {
    template.resourceCountIs('AWS::Cognito::UserPoolClient', 3);
    const consoles = {
      AllowedOAuthFlows: ['code'],
      CallbackURLs: exampleEnvironment(name).consoleUrls,
      WriteAttributes: ['email', 'name'],
      PreventUserExistenceErrors: 'ENABLED',
      AccessTokenValidity: 60,
    };
    client({ ClientName: 'web', GenerateSecret: true, ...consoles });
    client({ ClientName: 'spa', GenerateSecret: false, ...consoles });
    client({
      ClientName: 'machine',
      GenerateSecret: true,
      AllowedOAuthFlows: ['client_credentials'],
      AllowedOAuthScopes: [
        Match.objectLike({ 'Fn::Join': Match.arrayWith([Match.arrayWith(['/deeplens.admin'])]) }),
      ],
      AccessTokenValidity: 60,
    });
  });

  it('lets clients sign in by their OAuth flow only', () => {
    const clients = Object.values(template.findResources('AWS::Cognito::UserPoolClient'));
    for (const { Properties } of clients) {
      expect(Properties).toMatchObject({
        ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'],
        EnableTokenRevocation: true,
        PreventUserExistenceErrors: 'ENABLED',
        AllowedOAuthFlowsUserPoolClient: true,
        AllowedOAuthFlows: [Properties.ClientName === 'machine' ? 'client_credentials' : 'code'],
        SupportedIdentityProviders: ['COGNITO'],
      });
    }
  });

  it('has all scopes, and a group per role', () => {
    template.hasResourceProperties('AWS::Cognito::UserPoolResourceServer', {
      Scopes: SCOPES.map((ScopeName) => Match.objectLike({ ScopeName })),
    });
    for (const GroupName of ROLES)
      template.hasResourceProperties('AWS::Cognito::UserPoolGroup', { GroupName });
  });

  it('runs add-claims before a person’s token is issued, and allows no self sign-up', () => {
    template.hasResourceProperties('AWS::Cognito::UserPool', {
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      LambdaConfig: { PreTokenGenerationConfig: { LambdaVersion: 'V2_0' } },
    });
  });

  it('trusts issuers that a function can read', () => {
    const TRUSTED_ISSUERS = JSON.stringify(exampleEnvironment(name).trustedIssuers);
    const schema = IssuersEnv.pick({ TRUSTED_ISSUERS: true });
    expect(schema.parse({ TRUSTED_ISSUERS }).TRUSTED_ISSUERS).toEqual(
      exampleEnvironment(name).trustedIssuers,
    );
  });
});
