/** The connections that the manifests want, as the sidecars of their clients send them on by VirtualServices. */
import { services } from '../../sim/api/kinds/core.js';
import { hasLabels, type Labels } from '../../sim/api/selectors.js';
import { anyPage } from '../../sim/network/mesh-gate.js';
import { namespaceOf } from '../../sim/network/mesh/attachment.js';
import { subsetLabels } from '../../sim/network/mesh/destination-rule.js';
import { fullHost, serviceOfHost } from '../../sim/network/mesh/hosts.js';
import type { MeshObject, VirtualService } from '../../sim/network/mesh/kinds.js';
import { defaultMesh, type Workload } from '../../sim/network/mesh/request.js';
import { hasSidecar, isExcluded } from '../../sim/network/mesh/sidecar.js';
import { isHttp, workloadOf } from '../../sim/network/mesh/traffic.js';
import {
  certainRoute,
  destinationsOf,
  type TakenRoute,
} from '../../sim/network/mesh/virtual-service.js';
import { meshObjectsOf, podOf, virtualServicesOf } from './mesh.js';
import { unknownPodIp } from './policies.js';
import type { Survey } from './survey.js';
import { connectionTo, wantedConnections, type Wanted } from './wanted-connections.js';

/** A connection that is wanted, to where it is sent. */
export interface RoutedConnection extends Wanted {
  /** What the client names, and who sends it elsewhere: `Service shop/web:80`. */
  readonly words: string;
}

/**
 * All of them. Where it depends on the request which route it takes, or where the sidecar answers by itself,
 * nothing is known of a connection, and it is left out.
 */
export function routedConnections(survey: Survey): readonly RoutedConnection[] {
  const virtualServices = virtualServicesOf(survey);
  const wanted = wantedConnections(survey);
  if (virtualServices.length === 0) return wanted.map(asItIs);
  const objects = meshObjectsOf(survey);
  return wanted.flatMap(one => routed(survey, one, { virtualServices, objects }));
}

interface Mesh {
  readonly virtualServices: readonly VirtualService[];
  readonly objects: readonly MeshObject[];
}

function asItIs(wanted: Wanted): RoutedConnection {
  return { ...wanted, words: wordsOf(wanted) };
}

function wordsOf({ service, port }: Pick<Wanted, 'service' | 'port'>): string {
  return `Service ${service.namespace}/${service.name}:${port}`;
}

function routed(survey: Survey, wanted: Wanted, mesh: Mesh): readonly RoutedConnection[] {
  const { from, service, port, protocol } = wanted;
  const pod = podOf(survey, from, 'client');
  const seen = { service: service.object, servicePort: port, payload: anyPage };
  const passes = protocol !== 'TCP' || !hasSidecar(pod) || isExcluded(pod, 'outbound', port);
  if (passes || !survey.isNamespaceKnown(from.namespace) || !isHttp(seen)) return [asItIs(wanted)];
  const client = workloadOf(pod, unknownPodIp);
  const { name, namespace } = service;
  const taken = certainRoute(mesh.virtualServices, { name, namespace }, { client, port });
  if (taken === undefined) return [asItIs(wanted)];
  if (taken === 'depends' || taken.route.redirect || taken.route.directResponse) return [];
  return destined(survey, wanted, { taken, client, objects: mesh.objects });
}

interface Leaving extends Pick<Mesh, 'objects'> {
  readonly taken: TakenRoute;
  readonly client: Workload;
}

/** Hosts and subsets that are not there are another rule's. */
function destined(
  survey: Survey,
  wanted: Wanted,
  { taken, client, objects }: Leaving,
): readonly RoutedConnection[] {
  const { by, route } = taken;
  const namespace = namespaceOf(by.metadata);
  const rules = objects.filter(one => one.kind === 'DestinationRule');
  return destinationsOf(route).flatMap(({ destination: { host = '', subset = '', port } }) => {
    const server = serviceOfHost(fullHost(host, namespace));
    const found = survey
      .of(services)
      .find(one => one.name === server?.name && one.namespace === server.namespace);
    if (server === undefined || found === undefined) return [];
    const labels: Labels | undefined =
      subset === '' ? {} : subsetLabels(rules, { client, server, subset }, defaultMesh);
    if (labels === undefined) return [];
    const isSingle = found.object.spec?.ports?.length === 1;
    const asked = port?.number ?? (isSingle ? undefined : wanted.port);
    return connectionTo(survey, wanted.from, wanted.path, found, asked).flatMap(one => {
      const to = one.to.filter(template => hasLabels(template.labels, labels));
      const who = `VirtualService ${namespace}/${by.metadata.name ?? ''}`;
      const words = `${wordsOf(wanted)}, which ${who} sends to ${wordsOf(one)}`;
      return to.length === 0 ? [] : [{ ...one, to, words }];
    });
  });
}
