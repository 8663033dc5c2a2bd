/** Finds the targets of a job: those that are written down, those that DNS names, those that the API tells of. */
import type { Endpoints, Node, Pod, Service } from '../../api/kinds/core.js';
import type { EndpointSlice } from '../../api/kinds/discovery.js';
import type { HasMetadata } from '../../api/object.js';
import { relabel } from '../../metrics/prometheus/relabel.js';
import type { DiscoveredTarget, Discovery } from '../../metrics/prometheus/server.js';
import { ApiWatch } from '../api-watch.js';
import type { ContainerContext } from '../workload.js';
import type { DiscoveryRole, KubernetesDiscovery, ReadJob } from './configuration.js';
import {
  endpointsTargets,
  nodeTargets,
  podTargets,
  serviceTargets,
  sliceTargets,
  type FoundLabels,
  type FoundObjects,
} from './found-labels.js';

const paths = {
  pod: ['/api/v1', 'pods'],
  service: ['/api/v1', 'services'],
  endpoints: ['/api/v1', 'endpoints'],
  endpointslice: ['/apis/discovery.k8s.io/v1', 'endpointslices'],
  node: ['/api/v1', 'nodes'],
} as const satisfies Readonly<Record<DiscoveryRole, readonly [api: string, plural: string]>>;

/** What each role has to know besides its own objects. */
const needs: Readonly<Record<DiscoveryRole, readonly DiscoveryRole[]>> = {
  pod: ['pod'],
  service: ['service'],
  endpoints: ['endpoints', 'service', 'pod'],
  endpointslice: ['endpointslice', 'service', 'pod'],
  node: ['node'],
};

/** Follows collections for all jobs: what two of them look for is followed once. */
export class FollowedObjects {
  private readonly watches = new Map<string, ApiWatch<HasMetadata>>();
  /** How often something has changed. */
  changes = 0;

  constructor(private readonly context: ContainerContext) {}

  /** The objects of a role in these namespaces; none: in all. */
  of<T extends HasMetadata>(role: DiscoveryRole, namespaces: readonly string[]): readonly T[] {
    const items = this.pathsOf(role, namespaces).flatMap(path => this.watch(path).items());
    // The path is of the kind.
    return items as readonly HasMetadata[] as readonly T[];
  }

  end(): void {
    for (const watch of this.watches.values()) watch.end();
  }

  private pathsOf(role: DiscoveryRole, namespaces: readonly string[]): readonly string[] {
    const [api, plural] = paths[role];
    if (role === 'node' || namespaces.length === 0) return [`${api}/${plural}`];
    return namespaces.map(namespace => `${api}/namespaces/${namespace}/${plural}`);
  }

  private watch(path: string): ApiWatch<HasMetadata> {
    let watch = this.watches.get(path);
    if (watch === undefined) {
      watch = new ApiWatch<HasMetadata>(this.context, { path }, () => {
        this.changes++;
      });
      this.watches.set(path, watch);
    }
    return watch;
  }
}

const maximumPort = 65_535;

/** The targets of one job. */
export class JobDiscovery implements Discovery {
  private known:
    { readonly changes: number; readonly targets: readonly DiscoveredTarget[] } | undefined;

  constructor(
    private readonly context: ContainerContext,
    private readonly job: ReadJob,
    private readonly followed: FollowedObjects,
  ) {
    // Whoever discovers lists at once, before the first scrape.
    for (const { role, namespaces } of job.kubernetes) {
      for (const needed of needs[role]) followed.of(needed, namespaces);
    }
  }

  /** As they are now; those of the API are worked out again when something has changed. */
  targets(): readonly DiscoveredTarget[] {
    const { changes } = this.followed;
    if (this.known?.changes !== changes || this.job.names.length > 0) {
      this.known = { changes, targets: this.found().flatMap(labels => this.targetOf(labels)) };
    }
    return this.known.targets;
  }

  private found(): readonly FoundLabels[] {
    const { statics, names, kubernetes } = this.job;
    const { network } = this.context;
    return [
      ...statics.flatMap(({ targets, labels }) =>
        targets.map(target => ({ __address__: target, ...labels })),
      ),
      ...names.flatMap(({ names: all, port }) =>
        all.flatMap(name =>
          network
            .resolve(name)
            .map(address => ({ __address__: `${address}:${port}`, __meta_dns_name: name })),
        ),
      ),
      ...kubernetes.flatMap(discovery => this.ofKubernetes(discovery)),
    ];
  }

  private ofKubernetes({ role, namespaces }: KubernetesDiscovery): readonly FoundLabels[] {
    const { followed } = this;
    switch (role) {
      case 'pod':
        return followed.of<Pod>('pod', namespaces).flatMap(podTargets);
      case 'service':
        return followed.of<Service>('service', namespaces).flatMap(serviceTargets);
      case 'node':
        return followed.of<Node>('node', namespaces).flatMap(nodeTargets);
      case 'endpoints': {
        const objects = this.objects(namespaces);
        const all = followed.of<Endpoints>('endpoints', namespaces);
        return all.flatMap(each => endpointsTargets(each, objects));
      }
      case 'endpointslice': {
        const objects = this.objects(namespaces);
        const all = followed.of<EndpointSlice>('endpointslice', namespaces);
        return all.flatMap(each => sliceTargets(each, objects));
      }
    }
  }

  private objects(namespaces: readonly string[]): FoundObjects {
    const pods = byName(this.followed.of<Pod>('pod', namespaces));
    const services = byName(this.followed.of<Service>('service', namespaces));
    return {
      pod: (namespace, name) => pods.get(`${namespace}/${name}`),
      service: (namespace, name) => services.get(`${namespace}/${name}`),
    };
  }

  /** After the rules of the job; none: they drop it, or it has no address. */
  private targetOf(found: FoundLabels): readonly DiscoveredTarget[] {
    const { name, intervalMs, timeoutMs, path, scheme, relabels, parameters } = this.job;
    const { showsToken } = this.job;
    const discovered: FoundLabels = {
      job: name,
      __scheme__: scheme,
      __metrics_path__: path,
      __scrape_interval__: `${intervalMs / 1000}s`,
      __scrape_timeout__: `${timeoutMs / 1000}s`,
      ...Object.fromEntries(
        Object.entries(parameters).map(([key, [first = '']]) => [`__param_${key}`, first]),
      ),
      ...found,
    };
    const labels = new Map(Object.entries(discovered));
    if (!relabel(labels, relabels)) return [];
    const address = labels.get('__address__') ?? '';
    const place = placeOf(address, labels.get('__scheme__') ?? scheme);
    if (place === undefined) return [];
    const shown = [...labels].filter(([key, text]) => !key.startsWith('__') && text !== '');
    const query = queryOf(labels);
    return [
      {
        ...place,
        ...(showsToken && { showsToken }),
        scheme: labels.get('__scheme__') ?? scheme,
        path: `${labels.get('__metrics_path__') ?? path}${query === '' ? '' : `?${query}`}`,
        labels: { instance: address, ...Object.fromEntries(shown) },
        discovered,
      },
    ];
  }
}

function byName<T extends HasMetadata>(objects: readonly T[]): ReadonlyMap<string, T> {
  return new Map(
    objects.map(object => [
      `${object.metadata.namespace ?? ''}/${object.metadata.name ?? ''}`,
      object,
    ]),
  );
}

/** An address without a port is at that of its scheme. */
function placeOf(address: string, scheme: string) {
  const [, host = '', port] = /^(.*?)(?::(\d+))?$/.exec(address) ?? [];
  const number = port === undefined ? (scheme === 'https' ? 443 : 80) : Number(port);
  return host === '' || number > maximumPort ? undefined : { host, port: number };
}

function queryOf(labels: ReadonlyMap<string, string>): string {
  const parameters = [...labels].flatMap(([key, text]): [string, string][] =>
    key.startsWith('__param_') ? [[key.slice('__param_'.length), text]] : [],
  );
  return new URLSearchParams(parameters).toString();
}
