import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type Operation, operation } from '#shared/contracts/http/operation.ts';
import { httpHandler } from '#shared/runtime/http.ts';
import { openRoute, operatorRoute, tenantRoute } from '#shared/runtime/routes.ts';
import { memoryGuards } from '../../memory/guards.ts';

const common = {
  tag: 'Search' as const,
  method: 'POST' as const,
  path: '/v1/things' as const,
  summary: 'For tests',
  reply: { status: 200 as const, description: 'Yes', schema: z.looseObject({}) },
  problems: [],
};
const ofTenant = operation({ ...common, id: 'ofTenant', policy: 'SearchImages' });
const idempotent = operation({ ...common, id: 'idempotent', policy: 'SearchImages', idempotent: true });
const ofOperator = operation({ ...common, id: 'ofOperator', policy: 'SystemAdmin', audited: true });
const open = operation({ ...common, id: 'open', policy: 'Open' });

const run = async () => ({});
const { audit, refusals, limiter, publisher, idempotency } = memoryGuards();
const compiled = (handler: unknown) => expect(handler).toBeTypeOf('function');

describe('a function compiles', () => {
  it('with the guards that its routes need', () => {
    compiled(httpHandler([openRoute(open, run)], {}));
    compiled(httpHandler([operatorRoute(ofOperator, run)], { audit, refusals }));
    compiled(httpHandler([tenantRoute(ofTenant, run)], { audit, refusals, limiter, publisher }));
    compiled(
      httpHandler([tenantRoute(idempotent, run)], { audit, refusals, limiter, publisher, idempotency }),
    );
  });

  it('with the guards that the most demanding of its routes needs', () => {
    const routes = [openRoute(open, run), operatorRoute(ofOperator, run), tenantRoute(ofTenant, run)];
    compiled(httpHandler(routes, { audit, refusals, limiter, publisher }));
  });
});

describe('a function does not compile', () => {
  it('where a tenant’s route has no limiter, meter or audit log', () => {
    // @ts-expect-error limiter is missing
    compiled(httpHandler([tenantRoute(ofTenant, run)], { audit, refusals, publisher }));
    // @ts-expect-error publisher is missing
    compiled(httpHandler([tenantRoute(ofTenant, run)], { audit, refusals, limiter }));
    // @ts-expect-error audit is missing
    compiled(httpHandler([tenantRoute(ofTenant, run)], { refusals, limiter, publisher }));
    // @ts-expect-error all are missing
    compiled(httpHandler([tenantRoute(ofTenant, run)]));
  });

  it('where an idempotent route has no store of replies', () => {
    // @ts-expect-error idempotency is missing
    compiled(httpHandler([tenantRoute(idempotent, run)], { audit, refusals, limiter, publisher }));
  });

  it('where the operator’s route has no audit log, or no limiter of refusals', () => {
    // @ts-expect-error refusals is missing
    compiled(httpHandler([operatorRoute(ofOperator, run)], { audit }));
    // @ts-expect-error audit is missing
    compiled(httpHandler([operatorRoute(ofOperator, run)], {}));
  });

  it('where one of several routes lacks a guard', () => {
    const mixed = [openRoute(open, run), operatorRoute(ofOperator, run), tenantRoute(ofTenant, run)];
    // @ts-expect-error limiter and publisher are missing
    compiled(httpHandler(mixed, { audit, refusals }));
    const ofTenants = [tenantRoute(idempotent, run), tenantRoute(ofTenant, run)];
    // @ts-expect-error idempotency is missing
    compiled(httpHandler(ofTenants, { audit, refusals, limiter, publisher }));
  });

  it('where an operation is served as another kind', () => {
    // @ts-expect-error a tenant’s operation as one of the operator
    compiled(operatorRoute(ofTenant, run).serve);
    // @ts-expect-error an operation of the operator as a tenant’s
    compiled(tenantRoute(ofOperator, run).serve);
    // @ts-expect-error a tenant’s operation as an open one
    compiled(openRoute(ofTenant, run).serve);
  });

  it('where the type of an operation does not say which kind it is', () => {
    const unknown: Operation = ofTenant;
    // @ts-expect-error any policy
    compiled(tenantRoute(unknown, run).serve);
    // @ts-expect-error any policy
    compiled(openRoute(unknown, run).serve);
  });
});
