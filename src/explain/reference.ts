/** Reads how people name one end of a connection: `scorer`, `serving/deployment/scorer`, `svc/scorer.serving:http`. */
import { parseAddress, type Address } from '../../sim/network/policy/address.js';
import { exitCodes, UserError } from '../input/errors.js';

/** An end of a connection, as it was named. */
export interface Reference {
  /** As it was written. */
  readonly text: string;
  readonly namespace?: string;
  /** In lower case and the singular: `pod`, `service`, `deployment`; absent: any. */
  readonly kind?: string;
  readonly name: string;
  /** An address instead of a name. */
  readonly address?: Address;
  /** A number or a name. */
  readonly port?: string;
  /** TCP, UDP or SCTP. */
  readonly protocol?: string;
}

/** The short names of kubectl. */
const shortNames: Readonly<Record<string, string>> = {
  po: 'pod',
  svc: 'service',
  deploy: 'deployment',
  sts: 'statefulset',
  ds: 'daemonset',
  rs: 'replicaset',
  rc: 'replicationcontroller',
  cj: 'cronjob',
  isvc: 'inferenceservice',
  sa: 'serviceaccount',
};

const portForm = /^(.+?):([a-z0-9][-a-z0-9]*)(?:\/(tcp|udp|sctp))?$/i;
const addressForm = /^(?:\[([^\]]+)\]|([\d.]+))$/;

/**
 * Reads `[NAMESPACE/][KIND/]NAME[:PORT[/PROTOCOL]]`, or an address in the place of the names.
 *
 * @throws UserError when it has another form.
 */
export function readReference(text: string): Reference {
  const whole = parseAddress(text);
  if (whole !== undefined) return { text, name: text, address: whole };
  const [, place = text, port, protocol] = portForm.exec(text) ?? [];
  const reached = {
    ...(port !== undefined && { port }),
    ...(protocol !== undefined && { protocol: protocol.toUpperCase() }),
  };
  const [, bracketed, plain] = addressForm.exec(place) ?? [];
  const address = parseAddress(bracketed ?? plain ?? '');
  if (address !== undefined) return { text, name: place, address, ...reached };
  const parts = place.split('/');
  const name = parts.at(-1) ?? '';
  if (parts.length > 3 || parts.includes('')) {
    throw new UserError(`"${text}" does not name an end of a connection`, {
      exitCode: exitCodes.usage,
      code: 'not-an-end',
      next: 'write it as [NAMESPACE/][KIND/]NAME[:PORT], as serving/deployment/scorer:8080, or as an address',
    });
  }
  const [first = '', second = ''] = parts;
  if (parts.length === 1) return { text, name, ...reached };
  if (parts.length === 3)
    return { text, namespace: first, kind: kindNamed(second), name, ...reached };
  // Two parts are a kind and a name, as kubectl has it, or a namespace and a name.
  return isKind(first)
    ? { text, kind: kindNamed(first), name, ...reached }
    : { text, namespace: first, name, ...reached };
}

/** `deployments.apps`, `deploy` and `Deployment` are one. */
export function kindNamed(word: string): string {
  const [plain = ''] = word.toLowerCase().split('.');
  const short = shortNames[plain];
  if (short !== undefined) return short;
  return plain.endsWith('s') ? plain.slice(0, -1) : plain;
}

const kinds = new Set([
  ...Object.values(shortNames),
  ...['job', 'node', 'user', 'group', 'pytorchjob', 'tfjob', 'mpijob', 'mxjob', 'jobset'],
  ...['trainjob', 'raycluster', 'rayjob', 'rayservice', 'sparkapplication', 'seldondeployment'],
]);

function isKind(word: string): boolean {
  return kinds.has(kindNamed(word));
}
