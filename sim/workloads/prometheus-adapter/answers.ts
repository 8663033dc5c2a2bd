/** What the adapter's server answers. @upstream custom-metrics-apiserver v1.30 pkg/apiserver/{cmapis,emapis}.go */
import type { HttpRequest, HttpResponse } from '../../api/http-message.js';
import { isFailure, methodNotAllowed } from '../../api/status.js';
import { readRequest, type MetricsRequest } from '../../metrics/aggregated-api.js';
import {
  customMetricList,
  customMetricResources,
  customQueryOf,
} from '../../metrics/custom-metrics.js';
import {
  externalMetricList,
  externalMetricResources,
  externalQueryOf,
} from '../../metrics/external-metrics.js';
import { textPage } from '../agnhost/http.js';
import type { CustomProvider } from './custom-provider.js';
import type { ExternalProvider } from './external-provider.js';

/** The APIs for which the file has rules. */
export interface Providers {
  readonly custom: CustomProvider | undefined;
  readonly external: ExternalProvider | undefined;
}

const health = new Set(['/readyz', '/livez', '/healthz']);
const customGroup = 'custom.metrics.k8s.io';
const externalGroup = 'external.metrics.k8s.io';

/** Answers one request, at once or when Prometheus has answered. */
export function answerTo(
  providers: Providers,
  { method, path, headers }: HttpRequest,
  respond: (response: HttpResponse) => void,
): void {
  const [route = ''] = path.split('?', 1);
  if (health.has(route)) return respond(textPage('ok'));
  const [, group = '', version = '', rest = ''] =
    /^\/apis\/([^/]+)\/([^/]+)(\/.+)?$/.exec(route) ?? [];
  const served = servedBy(providers, group, version);
  if (served === undefined) return respond(textPage('404 page not found\n', 404));
  if (method !== 'GET') return respond(json(methodNotAllowed()));
  if (rest === '' || rest === '/') {
    return respond(json(resourceList(`${group}/${version}`, served.resources())));
  }
  const request = readRequest({ method, path, ...(headers !== undefined && { headers }) });
  return served.answer(request, body => respond(json(body)));
}

interface Served {
  resources(): readonly object[];
  answer(request: MetricsRequest, done: (body: object) => void): void;
}

function servedBy(
  { custom, external }: Providers,
  group: string,
  version: string,
): Served | undefined {
  const isCustom = group === customGroup && (version === 'v1beta1' || version === 'v1beta2');
  if (isCustom && custom !== undefined) return new ServedCustom(custom, version);
  const isExternal = group === externalGroup && version === 'v1beta1';
  return isExternal && external !== undefined ? new ServedExternal(external) : undefined;
}

class ServedCustom implements Served {
  constructor(
    private readonly provider: CustomProvider,
    private readonly version: 'v1beta1' | 'v1beta2',
  ) {}

  resources(): readonly object[] {
    return customMetricResources(this.provider.metrics());
  }

  answer(request: MetricsRequest, done: (body: object) => void): void {
    const query = customQueryOf(request);
    if (isFailure(query)) return done(query);
    return this.provider.values(query, values =>
      done(isFailure(values) ? values : customMetricList(values, query, this.version)),
    );
  }
}

class ServedExternal implements Served {
  constructor(private readonly provider: ExternalProvider) {}

  resources(): readonly object[] {
    return externalMetricResources(this.provider.metrics());
  }

  answer(request: MetricsRequest, done: (body: object) => void): void {
    const query = externalQueryOf(request);
    if (isFailure(query)) return done(query);
    return this.provider.values(query, values =>
      done(isFailure(values) ? values : externalMetricList(query.metric, values)),
    );
  }
}

const resourceList = (groupVersion: string, resources: readonly object[]): object => ({
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion,
  resources,
});

const json = (body: object): HttpResponse => ({
  status: isFailure(body) ? body.code : 200,
  contentType: 'application/json',
  body: `${JSON.stringify(body)}\n`,
});
