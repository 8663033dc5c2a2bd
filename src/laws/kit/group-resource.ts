/** What a full name such as `deployments.apps/scale` names. */

/** Its parts, each '' where there is none. */
export interface NamedResource {
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
}

/** The groups whose resources have dots of their own: `deployments.apps` in custom.metrics.k8s.io. */
const dotted = ['.custom.metrics.k8s.io', '.external.metrics.k8s.io'];

/** Reads a full name. */
export function namedResource(name: string): NamedResource {
  const [whole = '', subresource = ''] = name.split('/');
  const end = dotted.find(one => whole.endsWith(one));
  const dot = end === undefined ? whole.indexOf('.') : whole.length - end.length;
  if (dot < 0) return { group: '', resource: whole, subresource };
  return { group: whole.slice(dot + 1), resource: whole.slice(0, dot), subresource };
}
