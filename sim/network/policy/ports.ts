/** Which ports a rule is about, made ready to be asked for every connection. */
import type { NetworkPolicyPort } from '../../api/kinds/networking.js';
import type { AdminPort, TieredPort, TieredProtocol, TieredRule } from './kinds.js';
import type { Attempt } from './party.js';
import { planted } from '../../engine/planted.js';

/** Whether a connection goes to a port that a rule is about. */
export type PortTest = (attempt: Attempt) => boolean;

/** The ports of a rule of a NetworkPolicy: any of them; undefined: every port of every protocol. */
export function portsOf(ports: readonly NetworkPolicyPort[] | undefined): PortTest | undefined {
  if (ports === undefined || ports.length === 0) return undefined;
  const tests = ports.map(portOf);
  // The defect: the last port of a rule counts as any.
  if (planted('policy-forgets-a-port')) return () => true;
  return anyOf(tests);
}

function portOf({ protocol = 'TCP', port, endPort }: NetworkPolicyPort): PortTest {
  if (typeof port === 'string') return namedPort(port, protocol);
  return port === undefined
    ? between(protocol, 0, Infinity)
    : between(protocol, port, endPort ?? port);
}

/** The ports of a rule with an action; undefined: every port of every protocol. */
export function tieredPortsOf({ protocols, ports }: TieredRule): PortTest | undefined {
  const tests = [...(protocols ?? []).flatMap(tieredProtocol), ...(ports ?? []).flatMap(adminPort)];
  return protocols === undefined && ports === undefined ? undefined : anyOf(tests);
}

function tieredProtocol({ tcp, udp, sctp, destinationNamedPort }: TieredProtocol): PortTest[] {
  const numbered = Object.entries({ TCP: tcp, UDP: udp, SCTP: sctp }).flatMap(([name, given]) =>
    given === undefined ? [] : [tieredPort(name, given.destinationPort)],
  );
  return destinationNamedPort === undefined
    ? numbered
    : [...numbered, namedPort(destinationNamedPort)];
}

function tieredPort(protocol: string, { number, range }: TieredPort = {}): PortTest {
  if (number !== undefined) return between(protocol, number, number);
  return range === undefined
    ? between(protocol, 0, Infinity)
    : between(protocol, range.start, range.end);
}

function adminPort({ portNumber, portRange, namedPort: name }: AdminPort): PortTest[] {
  if (portNumber !== undefined) {
    const { protocol = 'TCP', port } = portNumber;
    return [between(protocol, port, port)];
  }
  if (portRange !== undefined) {
    const { protocol = 'TCP', start, end } = portRange;
    return [between(protocol, start, end)];
  }
  return name === undefined ? [] : [namedPort(name)];
}

function between(wanted: string, first: number, last: number): PortTest {
  return ({ protocol, port }) => protocol === wanted && port >= first && port <= last;
}

/**
 * A name is looked up at the destination, whichever side the rule is of; without a protocol, in all of
 * them. Nothing but pods has named ports.
 */
function namedPort(wanted: string, of?: string): PortTest {
  return ({ to, protocol, port }) =>
    (of === undefined || of === protocol) &&
    to.pod !== undefined &&
    to.pod.ports.some(
      one => one.name === wanted && one.protocol === protocol && one.containerPort === port,
    );
}

function anyOf(tests: readonly PortTest[]): PortTest {
  const [only] = tests;
  if (tests.length === 1 && only !== undefined) return only;
  return attempt => tests.some(test => test(attempt));
}
