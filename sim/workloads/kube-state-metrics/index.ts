/**
 * kube-state-metrics: tells of the objects of the API as metrics, by what its own account may list and
 * watch. Left out: the kinds of `untoldResources`, custom resources, sharding, its own list and watch
 * counters.
 * @upstream kubernetes/kube-state-metrics v2.20
 */
import type { HasMetadata } from '../../api/object.js';
import { serveHttp, textPage } from '../agnhost/http.js';
import { servedBy } from '../agnhost/served.js';
import { ApiWatch } from '../api-watch.js';
import type { ContainerContext, Workload } from '../workload.js';
import type { StateResource } from './family.js';
import { stateOptions, type StateOptions } from './options.js';
import { StateText } from './state-text.js';

const contentType = 'text/plain; version=0.0.4; charset=utf-8';
const usage = { cpuMillis: 10, memoryBytes: 64 * 1024 ** 2 } as const;

/** One kind in the namespaces that are asked for. */
interface Told {
  readonly watches: readonly ApiWatch<HasMetadata>[];
  readonly text: StateText;
}

/** Plays the image kube-state-metrics. */
export const kubeStateMetrics: Workload = {
  name: 'kube-state-metrics',
  start(context) {
    const options = stateOptions(context.command);
    for (const problem of options.problems) context.log(problem);
    const served = servedBy(context);
    const told = options.resources.map(resource => follow(context, resource, options));
    const { network } = served.context;
    const metrics = (): string =>
      told.map(({ watches, text }) => text.of(watches.flatMap(watch => watch.items()))).join('');
    serveHttp(network, options.port, ({ path }, respond) => respond(page(path, metrics)));
    serveHttp(network, options.telemetryPort, ({ path }, respond) =>
      respond(page(path, () => telemetry)),
    );
    context.log(`Active resources: ${namesOf(options)}`);
    context.use(usage);
    const { probe } = served;
    return {
      probe,
      terminate: () => context.exit(0),
      ended: () => {
        for (const { watches } of told) for (const watch of watches) watch.end();
      },
    };
  },
};

const namesOf = ({ resources }: StateOptions): string =>
  resources.map(({ name }) => name).join(',');

function follow(context: ContainerContext, resource: StateResource, options: StateOptions): Told {
  const { api, name, isNamespaced } = resource;
  const paths =
    isNamespaced && options.namespaces.length > 0
      ? options.namespaces.map(namespace => `${api}/namespaces/${namespace}/${name}`)
      : [`${api}/${name}`];
  const watches = paths.map(path => new ApiWatch<HasMetadata>(context, { path }, heard));
  return { watches, text: new StateText(resource, options) };
}

/** What changed is worded at the next scrape. */
const heard = (): void => undefined;

function page(path: string, text: () => string) {
  const [route = ''] = path.split('?');
  if (route === '/metrics') return { status: 200, contentType, body: text() };
  if (['/healthz', '/livez', '/readyz'].includes(route)) return textPage('OK');
  return textPage('404 page not found\n', 404);
}

/** It is one shard of one. */
const telemetry = `# HELP kube_state_metrics_total_shards Number of total shards this instance is aware of.
# TYPE kube_state_metrics_total_shards gauge
kube_state_metrics_total_shards 1
# HELP kube_state_metrics_shard_ordinal Current sharding ordinal/index of this instance
# TYPE kube_state_metrics_shard_ordinal gauge
kube_state_metrics_shard_ordinal{shard_ordinal="0"} 0
`;
