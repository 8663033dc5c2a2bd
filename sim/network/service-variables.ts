/** The environment by which programs find services, as Docker's links once did. @upstream pkg/kubelet/envvars/envvars.go */
import type { Pod, Service } from '../api/kinds/core.js';

type Variables = Readonly<Record<string, string>>;

/** What is asked of the services that are known. */
interface KnownServices {
  service(namespace: string, name: string): Service | undefined;
  servicesIn(namespace: string): Iterable<Service>;
}

/** The variables of services, worked out once for all pods of a namespace. */
export class ServiceVariables {
  private readonly known = new Map<string, Variables>();

  constructor(private readonly book: KnownServices) {}

  /** A service has changed. */
  forget(): void {
    this.known.clear();
  }

  /** Those of the services of a pod's namespace, and of the API server's, which all pods have. */
  of({ metadata, spec }: Pod): Variables {
    const namespace = spec?.enableServiceLinks === false ? '' : (metadata.namespace ?? '');
    let variables = this.known.get(namespace);
    if (variables === undefined) {
      variables = this.made(namespace);
      this.known.set(namespace, variables);
    }
    return variables;
  }

  private made(namespace: string): Variables {
    const variables: Record<string, string> = {};
    const master = this.book.service('default', 'kubernetes');
    if (master !== undefined) addVariables(variables, master);
    for (const service of this.book.servicesIn(namespace)) {
      // One of the same name as the API server's does not hide it.
      if (service.metadata.name !== 'kubernetes') addVariables(variables, service);
    }
    return variables;
  }
}

function addVariables(variables: Record<string, string>, { metadata, spec }: Service): void {
  const { clusterIP = '', ports = [] } = spec ?? {};
  const [first] = ports;
  if (clusterIP === '' || clusterIP === 'None' || first === undefined) return;
  const prefix = variableName(metadata.name ?? '');
  variables[`${prefix}_SERVICE_HOST`] = clusterIP;
  variables[`${prefix}_SERVICE_PORT`] = String(first.port);
  const host = clusterIP.includes(':') ? `[${clusterIP}]` : clusterIP;
  for (const { name = '', port, protocol = 'TCP' } of ports) {
    if (name !== '') variables[`${prefix}_SERVICE_PORT_${variableName(name)}`] = String(port);
    const url = `${protocol.toLowerCase()}://${host}:${port}`;
    variables[`${prefix}_PORT`] ??= url;
    const own = `${prefix}_PORT_${port}_${protocol}`;
    variables[own] = url;
    variables[`${own}_PROTO`] = protocol.toLowerCase();
    variables[`${own}_PORT`] = String(port);
    variables[`${own}_ADDR`] = clusterIP;
  }
}

const variableName = (name: string): string => name.replaceAll('-', '_').toUpperCase();
