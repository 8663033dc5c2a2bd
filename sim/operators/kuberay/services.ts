/** The services and the ingress of a Ray cluster. @upstream kuberay v1.7.0 controllers/ray/common/{service,ingress}.go */
import { compareText } from '../../api/go-text.js';
import type { Service, ServicePort } from '../../api/kinds/core.js';
import type { Ingress } from '../../api/kinds/networking.js';
import { ownerReference } from '../../api/meta.js';
import { keys, ports } from './keys.js';
import { checkedName, headIdentifier, headServiceName, serveServiceName } from './names.js';
import { rayClusters, type RayCluster } from './types.js';

const className = 'kubernetes.io/ingress.class';

/** The labels of a head's service, by which it is found. */
export function headServiceLabels(name: string): Readonly<Record<string, string>> {
  return {
    [keys.cluster]: name,
    [keys.nodeType]: 'head',
    [keys.identifier]: headIdentifier(name),
    [keys.appName]: 'kuberay',
    [keys.createdBy]: 'kuberay-operator',
  };
}

/** The head's service; undefined where it would have no ports, which never is. */
export function headService(cluster: RayCluster): Service {
  const { metadata, spec } = cluster;
  const { headGroupSpec: group, headServiceAnnotations = {} } = spec;
  const appName = group.template.metadata?.labels?.[keys.appName];
  const labels = {
    ...headServiceLabels(metadata.name ?? ''),
    ...(appName !== undefined && { [keys.appName]: appName }),
  };
  const appProtocol = 'tcp';
  const own = Object.entries(servicePorts(cluster)).map(([name, port]): ServicePort => ({
    name,
    port,
    appProtocol,
  }));
  const type = group.serviceType ?? '';
  const namespace = metadata.namespace ?? '';
  const ownerReferences = [ownerReference(cluster, rayClusters)];
  const given = group.headService;
  if (given !== undefined) {
    const said = given.spec?.type ?? type;
    return {
      metadata: {
        ...given.metadata,
        name: headServiceName(cluster),
        namespace,
        labels: { ...given.metadata.labels, ...labels },
        annotations: { ...given.metadata.annotations, ...headServiceAnnotations },
        ownerReferences,
      },
      spec: {
        ...given.spec,
        selector: labels,
        ports: [...(given.spec?.ports ?? []), ...own],
        ...(said !== '' && { type: said }),
      },
    };
  }
  const isInside = type === '' || type === 'ClusterIP';
  return {
    metadata: {
      name: headServiceName(cluster),
      namespace,
      labels,
      ...(Object.keys(headServiceAnnotations).length > 0 && {
        annotations: headServiceAnnotations,
      }),
      ownerReferences,
    },
    spec: {
      selector: labels,
      ports: own.sort((a, b) => compareText(a.name ?? '', b.name ?? '')),
      ...(type !== '' && { type }),
      ...(isInside && { clusterIP: 'None', publishNotReadyAddresses: true }),
    },
  };
}

/** The ports of the head's container, or the usual ones; that of metrics is always there. */
export function servicePorts({ spec }: RayCluster): Readonly<Record<string, number>> {
  const given = spec.headGroupSpec.template.spec?.containers[0]?.ports ?? [];
  const own = given.map(({ name, containerPort }): [string, number] => [
    name === undefined || name === '' ? `${containerPort}-port` : name,
    containerPort,
  ]);
  const usual = {
    client: ports.client,
    'gcs-server': ports.gcs,
    dashboard: ports.dashboard,
    metrics: ports.metrics,
    serve: ports.serve,
  };
  return { metrics: ports.metrics, ...(own.length > 0 ? Object.fromEntries(own) : usual) };
}

/** The service by which workers of replicas with several hosts find each other. */
export function workersService(cluster: RayCluster): Service {
  const { name = '', namespace = '' } = cluster.metadata;
  return {
    metadata: {
      name: `${name}-headless`,
      namespace,
      labels: { [keys.headless]: name },
      ownerReferences: [ownerReference(cluster, rayClusters)],
    },
    spec: {
      clusterIP: 'None',
      selector: { [keys.cluster]: name, [keys.nodeType]: 'worker' },
      type: 'ClusterIP',
      publishNotReadyAddresses: true,
    },
  };
}

/** The ports of the head on which Ray Serve serves. */
export function servingPorts(cluster: RayCluster): readonly ServicePort[] {
  return Object.entries(servicePorts(cluster))
    .filter(([name]) => name === 'serve' || name.startsWith('serve-'))
    .map(([name, port]) => ({ name, port }));
}

/** Why there can be no service for what is served. */
export const noServingPort =
  "Please specify a port named 'serve' (or with the prefix 'serve-', e.g. 'serve-grpc') in the Ray head container; otherwise, the Kubernetes service for Ray Serve will not be created.";

/** The service of a cluster that serves by itself; undefined: no port is for that. */
export function serveService(cluster: RayCluster): Service | undefined {
  const { name = '', namespace = '' } = cluster.metadata;
  const own = servingPorts(cluster);
  if (own.length === 0) return undefined;
  const { serviceType = '' } = cluster.spec.headGroupSpec;
  return {
    metadata: {
      name: serveServiceName(name),
      namespace,
      labels: {
        [keys.originName]: name,
        [keys.originKind]: 'RayCluster',
        [keys.serve]: `${name}-serve`,
      },
      ownerReferences: [ownerReference(cluster, rayClusters)],
    },
    spec: {
      selector: { [keys.cluster]: name },
      ports: own,
      ...(serviceType !== '' && { type: serviceType }),
    },
  };
}

/** The ingress of the head's dashboard. */
export function headIngress(cluster: RayCluster): Ingress {
  const { name = '', namespace = '', annotations = {} } = cluster.metadata;
  const { ingressOptions = {} } = cluster.spec.headGroupSpec;
  const { [className]: ingressClassName, ...others } = annotations;
  const { host, path = '/', pathType = 'Prefix', tls = [] } = ingressOptions;
  const number = servicePorts(cluster)['dashboard'] ?? ports.dashboard;
  const backend = { service: { name: headServiceName(cluster), port: { number } } };
  return {
    metadata: {
      name: checkedName(`${name}-head-ingress`),
      namespace,
      labels: {
        [keys.cluster]: name,
        [keys.identifier]: headIdentifier(name),
        [keys.appName]: 'kuberay',
        [keys.createdBy]: 'kuberay-operator',
      },
      ...(Object.keys(others).length > 0 && { annotations: others }),
      ownerReferences: [ownerReference(cluster, rayClusters)],
    },
    spec: {
      ...(ingressClassName !== undefined && { ingressClassName }),
      ...(tls.length > 0 && { tls }),
      rules: [
        { ...(host !== undefined && { host }), http: { paths: [{ path, pathType, backend }] } },
      ],
    },
  };
}
