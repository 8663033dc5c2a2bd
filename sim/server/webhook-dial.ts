/**
 * Where the server of a webhook's service is dialled when it stands outside of the cluster: an operator that
 * its developer runs beside it. Its certificate is still that of the service.
 * @upstream apiserver/pkg/util/proxy/proxy.go ResolveCluster, apiserver/pkg/util/webhook/client.go
 */
import { services, type Service } from '../api/kinds/core.js';
import type { ServerAccess } from './access.js';
import type { WebhookCall } from './contract.js';
import type { ClientConfig } from './resources/validation/webhook-client.js';

/** On a Service: the ports of this machine that answer for its own, `9443` or `443=9443,8443=18443`. */
export const outsideAnnotation = 'seatrial.dev/outside';

const inside = /\.svc(\.|$)/;

/** The part of a call that says so; empty where the service's endpoints answer. */
export function dialOf(access: ServerAccess, { service }: ClientConfig): Pick<WebhookCall, 'dial'> {
  if (service === undefined) return {};
  const { namespace, name, port = 443 } = service;
  const stored = access.get(services, namespace, name) as Service | undefined;
  const annotated = portOutside(stored?.metadata.annotations?.[outsideAnnotation], port);
  if (annotated !== undefined) return { dial: { host: '127.0.0.1', port: annotated } };
  const { type, externalName = '' } = stored?.spec ?? {};
  if (type !== 'ExternalName' || inside.test(externalName)) return {};
  return { dial: { host: externalName, port } };
}

/** The port outside for a port of the service: one alone stands for all. What is no port is 0, where nobody listens. */
function portOutside(text: string | undefined, port: number): number | undefined {
  for (const pair of text?.split(',') ?? []) {
    const [first = '', second] = pair.trim().split('=');
    if (second === undefined) return portOf(first);
    if (Number(first) === port) return portOf(second);
  }
  return undefined;
}

function portOf(text: string): number {
  const port = Number(text);
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : 0;
}
