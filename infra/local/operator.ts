import {
  CognitoIdentityProviderClient,
  DescribeUserPoolClientCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import * as z from 'zod';
import type { Outputs } from './deploy.ts';
import { awsClient } from './emulator.ts';
import { PlainError } from './steps.ts';

const Token = z.object({ access_token: z.string() });

/** Requests an access token for the operator's machine client (role SystemAdmin, valid for an hour). */
export async function operatorToken(emulatorUrl: string, outputs: Outputs): Promise<string> {
  const clientId = outputs('OperatorClientId');
  const cognito = new CognitoIdentityProviderClient(awsClient(emulatorUrl));
  const { UserPoolClient: client } = await cognito.send(
    new DescribeUserPoolClientCommand({ UserPoolId: outputs('UserPoolId'), ClientId: clientId }),
  );
  const credentials = Buffer.from(`${clientId}:${client?.ClientSecret}`).toString('base64');
  // On AWS this is the output TokenEndpoint; the emulator serves every domain.
  const reply = await fetch(`${emulatorUrl}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${credentials}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'deeplens-api/deeplens.admin' }),
  });
  if (!reply.ok) throw new PlainError(`No operator's token: ${reply.status} ${await reply.text()}`);
  return Token.parse(await reply.json()).access_token;
}
