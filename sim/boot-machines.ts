/** Where machines become nodes: those of the boot, those that join later, and those that Cluster Autoscaler asks for. */
import type { Node } from './api/kinds/core.js';
import { joined, nodeOf, simulatedNode, type nodeTools } from './boot-node.js';
import type { ProcessDefinition } from './client/contract.js';
import type { Process } from './client/runtime.js';
import { clusterAutoscaler, type ClusterAutoscaler } from './cluster-autoscaler/loop/process.js';
import { Cloud, type Site } from './cluster-autoscaler/machines/machines.js';
import type { Clock } from './engine/clock.js';
import { invariant } from './engine/invariant.js';
import type { Random } from './engine/random.js';
import type { Kubelet } from './nodes/kubelet.js';
import { templateNode } from './nodes/template-node.js';
import type { ApiServer } from './server/contract.js';
import type { MachineGroup, NodeShape, SimulatedNode, SimulationOptions } from './simulation.js';

interface HallTools {
  readonly tools: ReturnType<typeof nodeTools>;
  readonly make: (definition: ProcessDefinition) => Process;
  readonly server: ApiServer;
  readonly clock: Clock;
  readonly kubelets: Map<string, Kubelet>;
  readonly processes: Map<string, Process>;
}

/** The machines that are there. */
export class MachineHall {
  readonly nodes = new Map<string, SimulatedNode>();
  readonly formerNodes: SimulatedNode[] = [];
  /** Each has addresses of its own, also when another is gone. */
  private count = 0;

  constructor(private readonly hall: HallTools) {}

  /** Makes the kubelet of a machine, which joins the cluster now or when its time comes. */
  add(shape: NodeShape): void {
    const { tools, make, server, clock, kubelets } = this.hall;
    const kubelet = nodeOf(shape, this.count++, tools);
    kubelets.set(shape.name, kubelet);
    const node = simulatedNode(shape, kubelet, make(kubelet.process));
    this.nodes.set(shape.name, joined(node, shape, { server, clock }));
  }

  /** The machine is gone, with all that ran on it. */
  remove(name: string): void {
    const node = this.nodes.get(name);
    if (node === undefined) return;
    node.powerOff();
    this.nodes.delete(name);
    this.formerNodes.push(node);
    this.hall.kubelets.delete(name);
    this.hall.processes.delete(`kubelet/${name}`);
  }
}

/** Cluster Autoscaler over machines of the hall: a list of one, or of none where there are no node groups. */
export function autoscalerParts(
  { autoscaler }: Pick<SimulationOptions, 'autoscaler'>,
  tools: { readonly hall: MachineHall; readonly clock: Clock; readonly random: Random },
): readonly ClusterAutoscaler[] {
  if (autoscaler === undefined) return [];
  const { groups, flags = {} } = autoscaler;
  const { hall, clock } = tools;
  const random = tools.random.fork('cloud');
  const provider = new Cloud(groups, { site: new HallSite(groups, hall), clock, random });
  return [clusterAutoscaler({ provider, flags })];
}

class HallSite implements Site {
  private readonly byName: ReadonlyMap<string, MachineGroup>;

  constructor(
    groups: readonly MachineGroup[],
    private readonly hall: MachineHall,
  ) {
    this.byName = new Map(groups.map(group => [group.name, group]));
  }

  switchOn(group: string, machine: string): void {
    this.hall.add(this.shape(group, machine));
  }

  switchOff(machine: string): void {
    this.hall.remove(machine);
  }

  template(group: string, machine: string): Node {
    return templateNode(this.shape(group, machine));
  }

  private shape(name: string, machine: string): NodeShape {
    const group = this.byName.get(name);
    invariant(group !== undefined, `there is a group ${name}`);
    return group.shapeOf(machine);
  }
}
