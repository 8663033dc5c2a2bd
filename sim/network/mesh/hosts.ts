/** The names of services, as the objects of a mesh write them. */

/** The domain of the cluster's services, which is not the trust domain. */
const clusterDomain = 'cluster.local';

/** The name of a service, in full. */
export function serviceHost({
  name,
  namespace,
}: {
  readonly name: string;
  readonly namespace: string;
}): string {
  return `${name}.${namespace}.svc.${clusterDomain}`;
}

/** A host without dots is of the object's namespace; one with any dot is taken as it is. */
export function fullHost(host: string, namespace: string): string {
  if (host === '*' || host.includes('.')) return host;
  return serviceHost({ name: host, namespace });
}

/** Whether a host, which may begin with a wildcard, means the name. */
export function covers(pattern: string, host: string): boolean {
  return pattern.startsWith('*') ? host.endsWith(pattern.slice(1)) : pattern === host;
}

/** How close a host is to the names that it covers: the longest wildcard, and before it the name itself. */
export function closeness(host: string): number {
  return host.startsWith('*') ? host.length : Infinity;
}

/** The service of the cluster that a name in full means; undefined: none of it. */
export function serviceOfHost(
  host: string,
): { readonly name: string; readonly namespace: string } | undefined {
  const [name = '', namespace = '', ...rest] = host.split('.');
  return rest.join('.') === `svc.${clusterDomain}` ? { name, namespace } : undefined;
}
