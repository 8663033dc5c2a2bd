/** The Ingress of a route, and the hosts in it. @upstream knative/serving v1.22.1 pkg/reconciler/route/resources/ingress.go, pkg/reconciler/route/domains */
import { ownerReference } from '../../api/meta.js';
import { keys } from './keys.js';
import type { RevisionTarget, Traffic } from './route-traffic.js';
import { domainFor, type KnativeSettings } from './settings.js';
import { routes, type IngressRule, type KnativeIngress, type Route } from './types.js';

const clusterDomain = 'svc.cluster.local';

/** The name of a target's own Service. */
export function hostnameOf(route: string, tag: string): string {
  return tag === '' ? route : `${tag}-${route}`;
}

/** Whether a target is reached from inside of the cluster only. */
export function isLocal({ metadata }: Route, settings: KnativeSettings): boolean {
  return domainFor(settings, metadata.labels) === clusterDomain;
}

/** The full name of a target. */
export function domainOf(
  { metadata }: Route,
  tag: string,
  settings: KnativeSettings,
  isInside: boolean,
): string {
  const { name = '', namespace = '', labels = {} } = metadata;
  const { [keys.visibility]: _, ...others } = labels;
  const domain = isInside ? clusterDomain : domainFor(settings, others);
  return `${hostnameOf(name, tag)}.${namespace}.${domain}`;
}

/** The Ingress as it is made. */
export function makeIngress(
  route: Route,
  traffic: Traffic,
  settings: KnativeSettings,
): KnativeIngress {
  const { name = '', namespace = '', labels, annotations = {} } = route.metadata;
  const tags = [...traffic.byTag.keys()].sort();
  const { [keys.lastApplied]: _, ...kept } = annotations;
  const hosts = Object.fromEntries(
    tags.filter(tag => tag !== '').map(tag => [tag, primaryHosts(route, tag, settings)]),
  );
  return {
    metadata: {
      name,
      namespace,
      labels: { ...labels, [keys.route]: name, [keys.routeNamespace]: namespace },
      annotations: {
        [keys.ingressClass]: settings.network.ingressClass,
        [keys.rollout]: rolloutText(traffic),
        ...kept,
        ...(Object.keys(hosts).length > 0 && { [keys.tagToHost]: JSON.stringify(hosts) }),
      },
      ownerReferences: [ownerReference(route, routes)],
    },
    spec: {
      httpOption: 'Enabled',
      rules: tags.flatMap(tag => rulesOf(route, tag, traffic.byTag.get(tag) ?? [], settings)),
    },
  };
}

function primaryHosts(route: Route, tag: string, settings: KnativeSettings): readonly string[] {
  const inside = domainOf(route, tag, settings, true);
  return isLocal(route, settings) ? [inside] : [inside, domainOf(route, tag, settings, false)];
}

function rulesOf(
  route: Route,
  tag: string,
  targets: readonly RevisionTarget[],
  settings: KnativeSettings,
): readonly IngressRule[] {
  const namespace = route.metadata.namespace ?? '';
  const splits = targets
    .filter(({ percent }) => percent > 0)
    .map(({ revisionName, percent, protocol }) => ({
      appendHeaders: {
        'Knative-Serving-Namespace': namespace,
        'Knative-Serving-Revision': revisionName,
      },
      percent,
      serviceName: revisionName,
      serviceNamespace: namespace,
      servicePort: protocol === 'h2c' ? 81 : 80,
    }));
  const http = { paths: [{ splits }] };
  const inside = domainOf(route, tag, settings, true);
  const hosts = [
    inside.replace(`.${clusterDomain}`, ''),
    inside.replace('.cluster.local', ''),
    inside,
  ];
  const local: IngressRule = { hosts: hosts.sort(), http, visibility: 'ClusterLocal' };
  if (isLocal(route, settings)) return [local];
  const outside = domainOf(route, tag, settings, false);
  return [local, { hosts: [outside], http, visibility: 'ExternalIP' }];
}

/** All at once: what is rolled out over time is left out. */
function rolloutText({ byTag }: Traffic): string {
  const all = [...byTag].flatMap(([tag, targets]) =>
    targets
      .filter(({ latestRevision, percent }) => latestRevision === true && percent > 0)
      .map(({ configurationName = '', percent, revisionName }) => ({
        configurationName,
        ...(tag !== '' && { tag }),
        percent,
        revisions: [{ revisionName, percent }],
        stepParams: {},
      })),
  );
  const order = ({ tag = '', configurationName }: (typeof all)[number]): string =>
    `${tag} ${configurationName}`;
  const sorted = all.sort((a, b) => (order(a) < order(b) ? -1 : 1));
  return JSON.stringify(sorted.length > 0 ? { configurations: sorted } : {});
}
