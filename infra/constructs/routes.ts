import type { IFunction } from 'aws-cdk-lib/aws-lambda';

/** A method and path of the API, below the stage. */
export type Route = `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /v1/${string}`;
/** The function of each route. Each flow's stack returns its own; the API stack joins them. */
export type Routes = Readonly<Record<Route, IFunction>>;
