/** The schemas of analyses. @upstream argo-rollouts manifests/crds/{analysis-run,analysis-template}-crd.yaml */
import { int32, mapOf, object, oneOf, text } from '../crd/schema-parts.js';
import { schemaOf, type Schema } from '../crd/schema-of.js';
import { dryRuns, retentions, templateRefs } from './schemas.js';

const flag: Schema = { type: 'boolean' };
const int64: Schema = { type: 'integer', format: 'int64' };
const time: Schema = { ...text, format: 'date-time' };
const anything: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const intOrString: Schema = {
  anyOf: [{ type: 'integer' }, { type: 'string' }],
  'x-kubernetes-int-or-string': true,
};

function list(items: Schema): Schema {
  return { type: 'array', items };
}

const headers = list(object({ key: text, value: text }, ['key', 'value']));
const authentication = object({
  basicAuth: object({ password: text, username: text }),
  oauth2: object({ clientId: text, clientSecret: text, scopes: list(text), tokenUrl: text }),
  sigv4: object({ profile: text, region: text, roleArn: text }),
});

/** Those that are not simulated are kept as they were written, as far as they are checked at all. */
function providers(): Schema {
  return object({
    cloudWatch: { ...anything, required: ['metricDataQueries'] },
    datadog: object({
      aggregator: oneOf(
        ...['avg', 'min', 'max', 'sum', 'last', 'percentile', 'mean', 'l2norm', 'area'],
      ),
      apiVersion: { ...oneOf('v1', 'v2'), default: 'v1' },
      formula: text,
      interval: { ...text, default: '5m' },
      queries: mapOf(text),
      query: text,
      requestTimeout: { ...text, default: '10s' },
      secretRef: object({ name: text, namespaced: flag }),
    }),
    graphite: object({ address: text, query: text }),
    influxdb: object({ profile: text, query: text }),
    job: object({ metadata: anything, spec: schemaOf('batch/v1.JobSpec') }, ['spec']),
    kayenta: {
      ...anything,
      required: [
        ...['address', 'application', 'canaryConfigName', 'configurationAccountName'],
        ...['metricsAccountName', 'scopes', 'storageAccountName', 'threshold'],
      ],
    },
    newRelic: object({ profile: text, query: text, timeout: int64 }, ['query']),
    plugin: anything,
    prometheus: object({
      address: text,
      authentication,
      headers,
      insecure: flag,
      query: text,
      rangeQuery: object({ end: text, start: text, step: text }),
      timeout: int64,
    }),
    skywalking: object({ address: text, interval: text, query: text }),
    wavefront: object({ address: text, query: text }),
    web: object(
      {
        ...{ authentication, body: text, headers, insecure: flag, jsonBody: anything },
        ...{ jsonPath: text, method: text, timeoutSeconds: int64, url: text },
      },
      ['url'],
    ),
  });
}

function metric(): Schema {
  return object(
    {
      consecutiveErrorLimit: intOrString,
      consecutiveSuccessLimit: intOrString,
      count: intOrString,
      failureCondition: text,
      failureLimit: intOrString,
      inconclusiveLimit: intOrString,
      initialDelay: text,
      interval: text,
      name: text,
      provider: providers(),
      successCondition: text,
    },
    ['name', 'provider'],
  );
}

function common(): Readonly<Record<string, Schema>> {
  const argument = object(
    {
      name: text,
      value: text,
      valueFrom: object({
        fieldRef: object({ fieldPath: text }, ['fieldPath']),
        secretKeyRef: object({ key: text, name: text }, ['key', 'name']),
      }),
    },
    ['name'],
  );
  return {
    args: list(argument),
    dryRun: dryRuns,
    measurementRetention: retentions,
    metrics: list(metric()),
  };
}

/** The spec of templates. */
export function templateSchema(): Schema {
  return object({ ...common(), templates: templateRefs });
}

/** The spec of an analysis. */
export function runSchema(): Schema {
  const ttlStrategy = object({
    secondsAfterCompletion: int32,
    secondsAfterFailure: int32,
    secondsAfterSuccess: int32,
  });
  return object({ ...common(), terminate: flag, ttlStrategy }, ['metrics']);
}

/** The status of an analysis. */
export function runStatusSchema(): Schema {
  const measurement = object(
    {
      finishedAt: time,
      message: text,
      metadata: mapOf(text),
      phase: text,
      resumeAt: time,
      startedAt: time,
      value: text,
    },
    ['phase'],
  );
  const counts = Object.fromEntries(
    ['count', 'error', 'failed', 'inconclusive', 'successful'].map(name => [name, int32]),
  );
  const result = object(
    {
      ...counts,
      consecutiveError: int32,
      consecutiveSuccess: int32,
      dryRun: flag,
      measurements: list(measurement),
      message: text,
      metadata: mapOf(text),
      name: text,
      phase: text,
    },
    ['name', 'phase'],
  );
  return object(
    {
      completedAt: time,
      dryRunSummary: object(counts),
      message: text,
      metricResults: list(result),
      phase: text,
      runSummary: object(counts),
      startedAt: time,
    },
    ['phase'],
  );
}
