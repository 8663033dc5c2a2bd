/** Lets things go wrong in a simulation, or among the parts of ours that are attached to a real cluster. */
import type { Clock } from '../../sim/engine/clock.js';
import type { Simulation, SimulatedNode } from '../../sim/simulation.js';
import type { Fault } from '../cluster.js';
import { meantOrKnown, exitCodes, UserError } from '../input/errors.js';

/** What faults happen to. */
export interface FaultTarget extends Pick<Simulation, 'processes' | 'nodes' | 'weather'> {
  readonly loop: Pick<Clock, 'after'>;
}

/**
 * Lets something go wrong as of now; what lasts for a while ends by itself.
 *
 * @throws UserError when there is no such node, GPU or process.
 */
export function injectFault(simulation: FaultTarget, fault: Fault): void {
  const { loop } = simulation;
  switch (fault.kind) {
    case 'gpu':
      if (!nodeOf(simulation, fault.node).failDevice(fault.gpu, fault.xid))
        throw unknown('GPU', fault.gpu, []);
      return;
    case 'gpu-repaired':
      if (!nodeOf(simulation, fault.node).repairDevice(fault.gpu))
        throw unknown('GPU', fault.gpu, []);
      return;
    case 'node-down':
      return nodeOf(simulation, fault.node).process.stop();
    case 'node-up':
      return startAgain(nodeOf(simulation, fault.node).process);
    case 'crash':
      return crash(simulation, fault);
    case 'slow-images': {
      const node = nodeOf(simulation, fault.node);
      node.slowImages(fault.factor);
      loop.after(fault.forMs, `images of ${fault.node} are quick again`, () => node.slowImages(1));
      return;
    }
    case 'disk-pressure': {
      const node = nodeOf(simulation, fault.node);
      node.setDiskPressure(true);
      loop.after(fault.forMs, `${fault.node} has room again`, () => node.setDiskPressure(false));
      return;
    }
    default:
      return onTheWay(simulation, fault);
  }
}

/** What happens between a process and the API server. */
function onTheWay(
  { processes, weather }: FaultTarget,
  fault: Extract<
    Fault,
    { kind: 'partition' | 'requests' | 'watch' | 'credentials' | 'clock-step' }
  >,
): void {
  const name = fault.kind === 'partition' ? `kubelet/${fault.node}` : fault.process;
  if (!processes.has(name)) throw unknown('process', name, [...processes.keys()]);
  const way = weather.way(name);
  switch (fault.kind) {
    case 'partition':
      return way.cut(fault.forMs);
    case 'requests':
      return way.trouble(fault, fault.forMs);
    case 'watch':
      return way.watchTrouble(fault, fault.forMs);
    case 'credentials':
      return way.trouble({ code: 401 }, fault.forMs);
    case 'clock-step':
      return way.stepClock(fault.stepMs);
  }
}

function crash(
  { loop, processes, weather }: FaultTarget,
  { process: name, forMs, atRequest }: Extract<Fault, { kind: 'crash' }>,
): void {
  const process = processes.get(name);
  if (process === undefined) throw unknown('process', name, [...processes.keys()]);
  const now = (): void => {
    process.stop();
    // A kubelet whose machine is gone meanwhile does not come back.
    const isThere = (): boolean => processes.get(name) === process;
    loop.after(forMs, `${name} comes back`, () => isThere() && startAgain(process));
  };
  if (atRequest === undefined) now();
  else weather.way(name).afterRequests(atRequest, now);
}

/** Two faults may end in each other's time. */
function startAgain(process: SimulatedNode['process']): void {
  if (!process.isRunning) process.start();
}

function nodeOf({ nodes }: FaultTarget, name: string): SimulatedNode {
  const node = nodes.get(name);
  if (node === undefined) throw unknown('node', name, [...nodes.keys()]);
  return node;
}

function unknown(what: string, name: number | string, known: readonly string[]): UserError {
  const next = meantOrKnown(String(name), known);
  return new UserError(`there is no ${what} ${name}`, {
    exitCode: exitCodes.usage,
    code: 'unknown-target',
    ...(next !== undefined && { next }),
  });
}
