import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { PreTokenGenerationV2TriggerEvent } from 'aws-lambda';
import { logger } from './telemetry.ts';

type AddedClaims = (person: { attributes: Readonly<Record<string, string>>; groups: readonly string[] }) => {
  claims: Record<string, string>;
  surplusScopes: string[];
};

/** Cognito's pre-token-generation trigger, version 2, which can change access tokens too. */
export const tokenTrigger = (addedClaims: AddedClaims) =>
  middy<PreTokenGenerationV2TriggerEvent, PreTokenGenerationV2TriggerEvent>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .handler(async (event: PreTokenGenerationV2TriggerEvent) => {
      const { userAttributes, groupConfiguration } = event.request;
      const { claims, surplusScopes } = addedClaims({
        attributes: userAttributes,
        groups: groupConfiguration.groupsToOverride ?? [],
      });
      const claimsAndScopeOverrideDetails = {
        idTokenGeneration: { claimsToAddOrOverride: claims },
        accessTokenGeneration: { claimsToAddOrOverride: claims, scopesToSuppress: surplusScopes },
      };
      return { ...event, response: { claimsAndScopeOverrideDetails } };
    });
