/** How one of several groups that would help is chosen. @upstream expander/{waste,mostpods,leastnodes,random,factory} */
import type { Node, Pod } from '../api/kinds/core.js';
import { milliValueOf, valueOf } from '../api/quantity.js';
import type { Random } from '../engine/random.js';
import { podRequests } from '../scheduler/pod-requests.js';
import type { NodeGroup } from './node-group.js';

/** Their names. */
export const expanderNames = ['least-waste', 'most-pods', 'least-nodes', 'random'] as const;

/** The expanders that need nothing from outside: no prices, no list of priorities, no server to ask. */
export type ExpanderName = (typeof expanderNames)[number];

/** A group that would help, and how. */
export interface ExpansionOption {
  readonly group: NodeGroup;
  readonly nodeCount: number;
  readonly pods: readonly Pod[];
  /** What a new node is like. */
  readonly node: Node;
}

type Options = readonly ExpansionOption[];

/** The option that is left when all expanders have filtered in turn. Without chance it is the first. */
export function bestOption(
  options: Options,
  names: readonly ExpanderName[],
  random: Random | undefined,
): ExpansionOption | undefined {
  let left = options;
  for (const name of names) {
    left = filtered(left, name, random);
    if (left.length === 1) return left[0];
  }
  return anyOf(left, random);
}

function filtered(options: Options, name: ExpanderName, random: Random | undefined): Options {
  switch (name) {
    case 'least-waste':
      return lowest(options, waste);
    case 'most-pods':
      return lowest(options, ({ pods }) => -pods.length);
    case 'least-nodes':
      return lowest(options, ({ nodeCount }) => nodeCount);
    case 'random': {
      const one = anyOf(options, random);
      return one === undefined ? [] : [one];
    }
  }
}

function anyOf(options: Options, random: Random | undefined): ExpansionOption | undefined {
  return options.length > 0 && random !== undefined ? random.pick(options) : options[0];
}

function lowest(options: Options, scoreOf: (option: ExpansionOption) => number): Options {
  const scores = options.map(scoreOf);
  const least = Math.min(...scores);
  return options.filter((_, index) => scores[index] === least);
}

/** The shares of CPU and of memory that nobody would use. Other resources, GPUs too, do not count. */
function waste({ node, nodeCount, pods }: ExpansionOption): number {
  const { cpu, memory } = node.status?.capacity ?? {};
  const available = { cpu: milliValueOf(cpu) * nodeCount, memory: valueOf(memory) * nodeCount };
  let cpuAsked = 0;
  let memoryAsked = 0;
  for (const pod of pods) {
    const requests = podRequests(pod, { usesStatus: true });
    cpuAsked += requests.get('cpu') ?? 0;
    memoryAsked += requests.get('memory') ?? 0;
  }
  return (
    (available.cpu - Math.ceil(cpuAsked)) / available.cpu +
    (available.memory - Math.ceil(memoryAsked)) / available.memory
  );
}
