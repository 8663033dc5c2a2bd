/**
 * prometheus-adapter: serves custom.metrics.k8s.io and external.metrics.k8s.io by the rules of its file
 * from what a Prometheus in the cluster knows; it is found through its APIServices, and believes the
 * aggregator who asks. Left out: resourceRules (the cluster's metrics-server serves metrics.k8s.io), TLS
 * and credentials towards Prometheus, metrics of its own but when it began, OpenAPI, flags of its server.
 * @upstream kubernetes-sigs/prometheus-adapter v0.12.0 cmd/adapter/adapter.go
 */
import { expositionOf, expositionType } from '../../api/exposition.js';
import { processStart } from '../../api/metric-vector.js';
import { serveHttp } from '../agnhost/http.js';
import { servedBy } from '../agnhost/served.js';
import { mountedFile } from '../prometheus/mounted-files.js';
import type { ContainerContext, Program, Workload } from '../workload.js';
import { answerTo } from './answers.js';
import {
  readAdapterConfiguration,
  type AdapterConfiguration,
  type DiscoveryRule,
} from './configuration.js';
import { CustomProvider } from './custom-provider.js';
import { ExternalProvider } from './external-provider.js';
import { Lister } from './lister.js';
import { Namer } from './namer.js';
import { adapterOptions, type AdapterOptions } from './options.js';
import { PrometheusClient } from './prometheus-client.js';
import { RestMapper } from './rest-mapper.js';
import { RuleFault } from './text-template.js';

const usage = { cpuMillis: 10, memoryBytes: 60 * 1024 ** 2 } as const;
/** How klog's Fatalf ends a program. */
const fatalCode = 255;

/** Plays the image prometheus-adapter. */
export const prometheusAdapter: Workload = {
  name: 'prometheus-adapter',
  start(context) {
    context.use(usage);
    const served = servedBy(context);
    orFatal(context, () => {
      const options = adapterOptions(context.command);
      const configuration = loadConfiguration(context, options);
      begin({ ...context, network: served.context.network }, options, configuration);
    });
    return { probe: served.probe, terminate: () => context.exit(0) } satisfies Program;
  },
};

/** What the program would not go on with ends it, with its reason in the log. */
function orFatal(context: ContainerContext, action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof RuleFault)) throw error;
    context.log(error.message);
    context.exit(fatalCode);
  }
}

function loadConfiguration(
  context: ContainerContext,
  { file }: AdapterOptions,
): AdapterConfiguration {
  const loading = 'unable to load metrics discovery config: ';
  if (file === '') {
    throw new RuleFault(
      `${loading}no metrics discovery configuration file specified (make sure to use --config)`,
    );
  }
  const text = mountedFile(context, file);
  const what = `${loading}unable to load metrics discovery configuration: `;
  if (text !== undefined) return prefixed(what, () => readAdapterConfiguration(text));
  throw new RuleFault(
    `${what}unable to load metrics discovery config file: open ${file}: no such file or directory`,
  );
}

function prefixed<T>(what: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof RuleFault)) throw error;
    throw new RuleFault(what + error.message);
  }
}

/** It serves once it knows what resources there are. */
function begin(
  context: ContainerContext,
  options: AdapterOptions,
  configuration: AdapterConfiguration,
): void {
  const mapper = new RestMapper();
  mapper.refresh(context, error =>
    orFatal(context, () => {
      if (error !== undefined) {
        throw new RuleFault(
          `unable to construct custom metrics provider: unable to construct RESTMapper: unable to populate initial set of REST mappings: ${error}`,
        );
      }
      serve(context, options, configuration, mapper);
      refreshLater(context, options, mapper);
    }),
  );
}

function refreshLater(
  context: ContainerContext,
  options: AdapterOptions,
  mapper: RestMapper,
): void {
  context.clock.after(options.discoveryMs, 'prometheus-adapter refreshes discovery', () =>
    mapper.refresh(context, error => {
      if (error !== undefined) {
        context.log(`error regenerating REST mappings from discovery: ${error}`);
      }
      refreshLater(context, options, mapper);
    }),
  );
}

function serve(
  context: ContainerContext,
  { url, verb, times, port }: AdapterOptions,
  { rules, externalRules, hasResourceRules }: AdapterConfiguration,
  mapper: RestMapper,
): void {
  const client = new PrometheusClient(context, url, verb);
  const custom = prefixed('unable to construct custom metrics provider: ', () => {
    if (rules.length === 0) return undefined;
    if (times.maxAgeMs < times.intervalMs) {
      throw new RuleFault('max age must not be less than relist interval');
    }
    const namers = namersOf(rules, mapper);
    const provider = new CustomProvider(context, client, mapper);
    new Lister(context, client, namers, times).start(listed => provider.learn(listed));
    return provider;
  });
  const external = prefixed('unable to construct external metrics provider: ', () => {
    if (externalRules.length === 0) return undefined;
    const namers = namersOf(externalRules, mapper);
    const provider = new ExternalProvider(context, client);
    new Lister(context, client, namers, times).start(listed => provider.learn(listed));
    return provider;
  });
  if (hasResourceRules) {
    context.log('resourceRules are not simulated: metrics-server serves metrics.k8s.io');
  }
  const providers = { custom, external };
  const startedMs = context.clock.now();
  serveHttp(context.network, port, (request, respond) => {
    if (request.path.split('?')[0] !== '/metrics') return answerTo(providers, request, respond);
    const body = expositionOf([processStart(startedMs)]);
    respond({ status: 200, contentType: expositionType, body });
  });
  context.log(`Serving securely on [::]:${port}`);
}

function namersOf(rules: readonly DiscoveryRule[], mapper: RestMapper): readonly Namer[] {
  return prefixed('unable to construct naming scheme from metrics rules: ', () =>
    rules.map(rule => new Namer(rule, mapper)),
  );
}
