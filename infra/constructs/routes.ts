import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';

/** A call of the API, from the stage on. */
export type Route = `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /v1/${string}`;
/** Which function answers a call. Each flow's stack says so of its own calls; the API stack joins them. */
export type Routes = Readonly<Record<Route, NodejsFunction>>;
