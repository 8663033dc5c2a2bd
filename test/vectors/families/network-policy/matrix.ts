/** Judges every end point's connection to every other, and compares the whole matrix. */
import { parseAddress, type Address } from '../../../../sim/network/policy/address.js';
import {
  isSamePod,
  PolicyEvaluator,
  type Verdict,
} from '../../../../sim/network/policy/evaluator.js';
import type { Policy } from '../../../../sim/network/policy/kinds.js';
import type { NamedPort, Party } from '../../../../sim/network/policy/party.js';

/** By probe, `TCP/8080` or `TCP/8080/IPv6`: a row for each source. */
type Matrix = Readonly<Record<string, readonly string[]>>;
type Labels = Readonly<Record<string, string>>;

/** A cluster, its policies and who reaches whom. */
export interface MatrixCase {
  readonly id: string;
  readonly namespaces: readonly { readonly name: string; readonly labels: Labels }[];
  readonly pods: readonly {
    readonly namespace: string;
    readonly name: string;
    readonly labels: Labels;
    readonly ips: readonly string[];
    readonly ports: readonly NamedPort[];
  }[];
  readonly external: readonly { readonly name: string; readonly ips: readonly string[] }[];
  readonly nodes?: readonly {
    readonly name: string;
    readonly labels: Labels;
    readonly addresses: readonly string[];
  }[];
  readonly policies: readonly Policy[];
  readonly verdicts: Matrix;
  /** Another reading, which is as good. */
  readonly alternative?: Matrix;
}

/** An end point with the addresses that it has in each family. */
interface EndPoint extends Omit<Party, 'address'> {
  readonly name: string;
  readonly ips: readonly string[];
}

/** The first cell that differs, or undefined. */
export function replayMatrix(one: MatrixCase): string | undefined {
  const evaluator = new PolicyEvaluator({
    policies: one.policies,
    namespaces: new Map(one.namespaces.map(({ name, labels }) => [name, labels])),
  });
  const points = endPoints(one);
  const differs = (expected: Matrix): string | undefined => {
    for (const [probe, rows] of Object.entries(expected)) {
      const found = points.map(from => points.map(to => cell(evaluator, from, to, probe)).join(''));
      const row = found.findIndex((text, index) => text !== rows[index]);
      if (row >= 0 || found.length !== rows.length) {
        return `${probe} from ${points[row]?.name}: ${found[row]}, expected ${rows[row]}`;
      }
    }
    return undefined;
  };
  const difference = differs(one.verdicts);
  if (difference === undefined || one.alternative === undefined) return difference;
  return differs(one.alternative) && difference;
}

function endPoints({ pods, external, nodes = [] }: MatrixCase): readonly EndPoint[] {
  return [
    ...pods.map(pod => ({ name: `${pod.namespace}/${pod.name}`, ips: pod.ips, pod })),
    ...external,
    ...nodes.map(({ name, labels, addresses }) => ({
      name,
      ips: addresses,
      node: { metadata: { name, labels } },
    })),
  ];
}

const letters: Readonly<Record<Verdict, string>> = {
  allow: '+',
  'egress-denied': 'e',
  'ingress-denied': 'i',
  'both-denied': 'x',
};

function cell(evaluator: PolicyEvaluator, from: EndPoint, to: EndPoint, probe: string): string {
  const [protocol = '', port = '', family = 'IPv4'] = probe.split('/');
  if (from.pod === undefined && to.pod === undefined) return '.';
  if (isSamePod(from.pod, to.pod)) return '=';
  const party = (point: EndPoint): Party => ({ ...point, address: addressOf(point, family) });
  const attempt = { from: party(from), to: party(to), protocol, port: Number(port) };
  return letters[evaluator.verdict(attempt)];
}

/** An end point without an address of the family is at none that a policy knows. */
function addressOf({ ips }: EndPoint, family: string): Address {
  const ip = ips.find(text => text.includes(':') === (family === 'IPv6'));
  return (ip === undefined ? undefined : parseAddress(ip)) ?? -1;
}
