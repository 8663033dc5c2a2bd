/** Finds the ends of a connection among what is known: the pods that speak, and those that answer at which port. */
import { services, type Pod, type Service, type ServicePort } from '../../sim/api/kinds/core.js';
import { hasLabels } from '../../sim/api/selectors.js';
import { partyOf, type Party } from '../../sim/network/policy/party.js';
import { listOf } from '../check/pod-template.js';
import { targetOf } from '../check/wanted-connections.js';
import { didYouMean, exitCodes, UserError } from '../input/errors.js';
import { objectsOf, type Known, type KnownPod } from './known.js';
import type { Reference } from './reference.js';

/** One that speaks or answers. */
export interface End {
  readonly party: Party;
  /** Undefined for an address that is nobody's pod. */
  readonly pod: Pod | undefined;
  /** `serving/deployment/scorer`, or the address. */
  readonly title: string;
}

/** One that answers, and where. */
export interface Answering extends End {
  readonly port: number;
  readonly protocol: string;
}

/** Where the connection goes. */
export interface Destination {
  readonly ends: readonly Answering[];
  /** By whose name it goes there. */
  readonly service?: Service;
  /** Of the service. */
  readonly servicePort?: number;
}

/**
 * Those who begin the connection.
 *
 * @throws UserError when there is nobody of that name.
 */
export function sourceOf(known: Known, reference: Reference): readonly End[] {
  const { address, text } = reference;
  if (address !== undefined) return [endOf(known, reference)];
  if (reference.kind === 'service') {
    throw refused(`${text}: a Service begins no connections`, 'name the pods: deployment/NAME');
  }
  const found = podsNamed(known, reference);
  if (found.length > 0) return found.map(ofPod);
  throw nobody(known, reference, false);
}

/**
 * Those who answer.
 *
 * @throws UserError when there is nobody of that name, or no such port.
 */
export function destinationOf(known: Known, reference: Reference): Destination {
  const { address, port, protocol = 'TCP' } = reference;
  if (address !== undefined)
    return { ends: [{ ...endOf(known, reference), port: numberOf(reference), protocol }] };
  const service = serviceNamed(known, reference);
  if (service !== undefined) return byService(known, service, reference);
  const found = podsNamed(known, reference);
  if (found.length === 0) throw nobody(known, reference, true);
  const ends = found.flatMap(each => {
    const at = containerPort(each.pod, port ?? '') ?? wholeNumber(port);
    return at === undefined ? [] : [{ ...ofPod(each), port: at, protocol }];
  });
  if (ends.length > 0) return { ends };
  const declared = portsOf(found[0]?.pod).map(one => String(one.name || one.containerPort));
  throw refused(
    port === undefined
      ? `${reference.text}: a port is missing`
      : `${reference.text}: no container has a port of the name "${port}"`,
    declared.length > 0
      ? `its containers have: ${declared.join(', ')}`
      : `write ${reference.name}:PORT`,
  );
}

/**
 * The Service that is named, and which of its ports; undefined where something else is.
 *
 * @throws UserError when it has no such port.
 */
export function serviceAsked(
  known: Known,
  reference: Reference,
): { readonly service: Service; readonly port: number } | undefined {
  if (reference.address !== undefined) return undefined;
  const service = serviceNamed(known, reference);
  if (service === undefined || service.spec?.type === 'ExternalName') return undefined;
  const { name = '', namespace = known.namespace } = service.metadata;
  const { port } = servicePortOf(service, reference, `Service ${namespace}/${name}`);
  return { service, port };
}

function byService(known: Known, service: Service, reference: Reference): Destination {
  const { name = '', namespace = known.namespace } = service.metadata;
  const title = `Service ${namespace}/${name}`;
  const { selector = {}, externalName, type } = service.spec ?? {};
  if (type === 'ExternalName') {
    throw refused(
      `${title} is another name of ${externalName ?? ''}`,
      `ask about that: ${externalName ?? ''}:PORT`,
    );
  }
  if (Object.keys(selector).length === 0) {
    throw refused(
      `${title} selects no pods: somebody else writes its endpoints`,
      'ask about their addresses: IP:PORT',
    );
  }
  const port = servicePortOf(service, reference, title);
  const selected = known.pods.filter(
    ({ pod: { metadata } }) =>
      (metadata.namespace ?? 'default') === namespace && hasLabels(metadata.labels, selector),
  );
  const ends = selected.flatMap(each => {
    const target = targetOf(port);
    const isHeadless = service.spec?.clusterIP === 'None';
    const at = isHeadless
      ? port.port
      : typeof target === 'number'
        ? target
        : containerPort(each.pod, target);
    const protocol = port.protocol ?? 'TCP';
    return at === undefined ? [] : [{ ...ofPod(each), port: at, protocol }];
  });
  if (ends.length > 0) return { ends, service, servicePort: port.port };
  const labels = Object.entries(selector).map(([key, value]) => `${key}=${value}`);
  throw refused(
    selected.length === 0
      ? `${title} selects no pods: none has ${labels.join(',')}`
      : `${title} leads nowhere: no container of its pods has a port "${targetOf(port)}"`,
    selected.length === 0
      ? 'correct its selector, or give the manifests of the pods too'
      : 'name a port of the containers in its targetPort',
  );
}

function servicePortOf(service: Service, { port, text }: Reference, title: string): ServicePort {
  const ports = listOf(service.spec?.ports);
  const found =
    port === undefined
      ? ports.length === 1
        ? ports[0]
        : undefined
      : ports.find(one => String(one.port) === port || one.name === port);
  if (found !== undefined) return found;
  const isHeadless = service.spec?.clusterIP === 'None';
  const number = wholeNumber(port);
  if (isHeadless && number !== undefined) return { port: number };
  const there = ports.map(one => (one.name ? `${one.port} (${one.name})` : String(one.port)));
  throw refused(
    port === undefined ? `${text}: which port of ${title}?` : `${title} has no port ${port}`,
    `it has: ${there.join(', ')}`,
  );
}

/** `scorer`, or `scorer.serving` and `scorer.serving.svc.cluster.local` as a client would name it. */
function serviceNamed(known: Known, reference: Reference): Service | undefined {
  const { kind, name, namespace = known.namespace } = reference;
  if (kind !== undefined && kind !== 'service') return undefined;
  const all = objectsOf(known, services);
  const at = (where: string, called: string): Service | undefined =>
    all.find(
      ({ metadata }) => metadata.name === called && (metadata.namespace ?? 'default') === where,
    );
  const [called = '', where, svc = 'svc'] = name.split('.');
  return (
    at(namespace, name) ?? (where !== undefined && svc === 'svc' ? at(where, called) : undefined)
  );
}

function podsNamed(known: Known, reference: Reference): readonly KnownPod[] {
  const { kind, name, namespace = known.namespace } = reference;
  return known.pods.filter(({ pod, owner }) => {
    if ((pod.metadata.namespace ?? 'default') !== namespace) return false;
    if (kind === 'pod') return pod.metadata.name === name;
    if (kind !== undefined) return owner === `${kind}/${name}`;
    return pod.metadata.name === name || owner.slice(owner.indexOf('/') + 1) === name;
  });
}

/** An address may be a pod's. */
function endOf(known: Known, { address = -1, name }: Reference): End {
  const owner = known.isOfManifests
    ? undefined
    : known.pods.find(({ pod }) => partyOf(pod).address === address);
  return owner === undefined ? { party: { address }, pod: undefined, title: name } : ofPod(owner);
}

function ofPod({ pod, owner }: KnownPod): End {
  const { namespace = 'default' } = pod.metadata;
  return { party: partyOf(pod), pod, title: `${namespace}/${owner}` };
}

function portsOf(pod: Pod | undefined) {
  return listOf(pod?.spec?.containers).flatMap(({ ports }) => listOf(ports));
}

function containerPort(pod: Pod, name: string): number | undefined {
  return portsOf(pod).find(one => one.name === name)?.containerPort;
}

function wholeNumber(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,5}$/.test(text)) return undefined;
  const number = Number(text);
  return number > 0 && number <= 65_535 ? number : undefined;
}

function numberOf({ text, port }: Reference): number {
  const number = wholeNumber(port);
  if (number !== undefined) return number;
  throw refused(`${text}: an address needs the number of a port`, 'write IP:PORT, as 10.0.0.1:443');
}

/** Mostly it is in another namespace, or misspelt. */
function nobody(known: Known, reference: Reference, isDestination: boolean): UserError {
  const { kind, name, namespace = known.namespace } = reference;
  const what = kind === undefined ? `"${name}"` : `${kind}/${name}`;
  const all = [
    ...known.pods.map(({ pod, owner }) => ({ metadata: pod.metadata, owner })),
    ...(isDestination ? objectsOf(known, services) : []).map(({ metadata }) => ({
      metadata,
      owner: `service/${metadata.name ?? ''}`,
    })),
  ];
  const elsewhere = all.find(
    ({ owner, metadata }) => owner.endsWith(`/${name}`) || metadata.name === name,
  );
  const here = all.filter(({ metadata }) => (metadata.namespace ?? 'default') === namespace);
  const owners = [...new Set(here.map(({ owner }) => owner))].sort();
  const near = didYouMean(
    name,
    owners.map(owner => owner.slice(owner.indexOf('/') + 1)),
  );
  const next =
    elsewhere !== undefined
      ? `there is ${elsewhere.metadata.namespace ?? 'default'}/${elsewhere.owner}`
      : near !== undefined
        ? `did you mean ${namespace}/${owners.find(owner => owner.endsWith(`/${near}`)) ?? near}?`
        : owners.length > 0
          ? `in ${namespace} there are: ${owners.slice(0, namesMax).join(', ')}${owners.length > namesMax ? ', ...' : ''}`
          : `nothing is known of namespace ${namespace}: give its manifests too, or name another`;
  return refused(`nothing known runs as ${what} in namespace ${namespace}`, next);
}

const namesMax = 8;

function refused(message: string, next?: string): UserError {
  return new UserError(message, {
    exitCode: exitCodes.usage,
    code: 'no-such-end',
    ...(next !== undefined && { next }),
  });
}
