/**
 * A cloud for Cluster Autoscaler: machines that take their time to come up, that sometimes never do, and
 * that are gone at once when they are taken away.
 */
import type { Node } from '../../api/kinds/core.js';
import type { Clock } from '../../engine/clock.js';
import type { Random } from '../../engine/random.js';
import type { CloudProvider } from '../loop/cloud-provider.js';
import type { NodeGroup } from '../node-group.js';

/** A group of machines of one type. */
export interface CloudGroup {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** How many machines there are when the cluster is booted. */
  readonly size: number;
  /** What the names of its machines begin with. */
  readonly prefix: string;
  readonly provisioning: Provisioning;
}

/** How long machines take from the request until their kubelet starts, and which never come up. */
export interface Provisioning {
  /** The time is log-normal: half of the machines are there after so long. */
  readonly medianMs: number;
  /** The standard deviation of the logarithm of the time; 0: all take as long. */
  readonly sigma: number;
  /** The part of the machines that never register, from 0 to 1. */
  readonly failedShare: number;
  /** Spans, from the boot of the cluster, in which machines are asked for in vain: they never register. */
  readonly outages: readonly { readonly fromMs: number; readonly untilMs: number }[];
}

/** Where machines become nodes. */
export interface Site {
  switchOn(group: string, machine: string): void;
  switchOff(machine: string): void;
  /** What a machine of the group would be like as a node. */
  template(group: string, machine: string): Node;
}

interface Machine {
  readonly name: string;
  isOn: boolean;
}

/** The groups, and the machines that there are of each. */
export class Cloud implements CloudProvider {
  private readonly machines = new Map<string, Machine[]>();
  private readonly made = new Map<string, number>();
  private readonly templates = new Map<string, Node>();
  private readonly bootMs: number;

  constructor(
    private readonly all: readonly CloudGroup[],
    private readonly tools: { readonly site: Site; readonly clock: Clock; readonly random: Random },
  ) {
    this.bootMs = tools.clock.now();
    for (const group of all) {
      this.templates.set(group.name, tools.site.template(group.name, `${group.prefix}-0`));
      for (let count = 0; count < group.size; count++) this.switchOn(group, this.newMachine(group));
    }
  }

  groups(): readonly NodeGroup[] {
    return this.all.map(({ name, min, max }) => {
      const nodes = (this.machines.get(name) ?? []).map(machine => machine.name);
      const template = this.templates.get(name);
      const group = { name, min, max, targetSize: nodes.length, nodes };
      return template === undefined ? group : Object.assign(group, { template });
    });
  }

  grow(name: string, count: number): void {
    const group = this.all.find(one => one.name === name);
    if (group === undefined) return;
    for (let index = 0; index < count; index++) this.order(group);
  }

  remove(node: string): void {
    for (const machines of this.machines.values()) {
      const index = machines.findIndex(({ name }) => name === node);
      if (index < 0) continue;
      const [machine] = machines.splice(index, 1);
      if (machine?.isOn === true) this.tools.site.switchOff(node);
      return;
    }
  }

  /** A machine is asked for: it becomes a node when its time has come, if nobody has taken it away by then. */
  private order(group: CloudGroup): void {
    const { clock, random } = this.tools;
    const machine = this.newMachine(group);
    const own = random.fork(machine.name);
    const { medianMs, sigma, failedShare, outages } = group.provisioning;
    const takesMs = medianMs * Math.exp(own.normal(0, sigma));
    const sinceBootMs = clock.now() - this.bootMs;
    const isOut = outages.some(
      ({ fromMs, untilMs }) => sinceBootMs >= fromMs && sinceBootMs < untilMs,
    );
    if (own.float() < failedShare || isOut) return;
    clock.after(Math.round(takesMs), `${machine.name} is up`, () => {
      if (this.machines.get(group.name)?.includes(machine) === true) this.switchOn(group, machine);
    });
  }

  private switchOn({ name }: CloudGroup, machine: Machine): void {
    machine.isOn = true;
    this.tools.site.switchOn(name, machine.name);
  }

  /** No name is given twice. */
  private newMachine({ name, prefix }: CloudGroup): Machine {
    const number = (this.made.get(name) ?? 0) + 1;
    this.made.set(name, number);
    const machine = { name: `${prefix}-${number}`, isOn: false };
    this.machines.set(name, [...(this.machines.get(name) ?? []), machine]);
    return machine;
  }
}
