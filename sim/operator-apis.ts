/** Hands the requests of APIs that operators serve to the operators' processes. */
import type { ApiAnswer, ApiRequest } from './api/request.js';
import type { ApiHandler, Beside, ServeApi } from './client/contract.js';
import type { InClusterClient } from './in-cluster-http.js';
import type { Operator, OperatorApi } from './operators/operator.js';
import type { AggregatedApi } from './server/contract.js';

/** The APIs of operators, and what processes need to serve them. */
export interface OperatorApis {
  /** For the API server. */
  readonly aggregated: Readonly<Record<string, AggregatedApi>>;
  /** What processes can do besides the API, with this client. */
  beside(client: Pick<InClusterClient, 'sendByName'>): Beside;
}

/** The APIs of these operators, for the API server, and where their processes take them over. */
export function operatorApis(
  operators: readonly Operator[] = [],
  isRunning: (process: string) => boolean,
): OperatorApis {
  const handlers = new Map<string, ApiHandler>();
  const aggregated: Record<string, AggregatedApi> = {};
  for (const { apis = [], process } of operators) {
    for (const api of apis) {
      aggregated[api.groupVersion] = new HandedOn(api, () =>
        isRunning(process.name) ? handlers.get(api.groupVersion) : undefined,
      );
    }
  }
  const serveApi: ServeApi = (name, handler) => void handlers.set(name, handler);
  return { aggregated, beside: ({ sendByName: http }) => ({ http, serveApi }) };
}

class HandedOn implements AggregatedApi {
  readonly resources: AggregatedApi['resources'];
  readonly service: OperatorApi['service'];

  constructor(
    { resources, service }: OperatorApi,
    private readonly handler: () => ApiHandler | undefined,
  ) {
    this.resources = resources;
    this.service = service;
  }

  serve(): ApiAnswer {
    return unavailable;
  }

  serveLater(request: ApiRequest, done: (answer: ApiAnswer) => void): void {
    const handler = this.handler();
    if (handler === undefined) done(unavailable);
    else handler(request, done);
  }
}

/** The aggregator's answer while nobody serves the API. */
const unavailable: ApiAnswer = {
  status: 503,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: 'service unavailable\n',
};
