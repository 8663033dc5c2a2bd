/**
 * Lets a real kube-controller-manager or kube-scheduler take the place of the simulated one: while
 * somebody holds its lease in kube-system, ours stands by, as a second replica of it would. Ours takes
 * no lease itself, so that whoever comes leads at once.
 * @upstream staging/src/k8s.io/client-go/tools/leaderelection/leaderelection.go
 */
import type { Lease } from '../../sim/api/kinds/coordination.js';
import type { Process } from '../../sim/client/runtime.js';
import { elapsedMs, sleep } from '../host.js';
import { exitCodes, meantOrKnown, UserError } from '../input/errors.js';
import type { SimulatedCluster } from './sim.js';

/** The programs that lead by a lease of their own name. */
const led = ['kube-controller-manager', 'kube-scheduler'];
/** As often as the leases are looked at, in real time: a leader renews every two seconds. */
const lookMs = 200;
const defaultLeaseSeconds = 15;

/** What was seen of a lease, and when it last changed, in real milliseconds. */
interface Sighting {
  readonly record: string;
  readonly atMs: number;
}

/** Ends simulated programs for good, so that others may take their place. */
export function endProcesses({ simulation }: SimulatedCluster, names: readonly string[]): void {
  for (const name of names) processOf(simulation.processes, name).stop();
}

function processOf(processes: ReadonlyMap<string, Process>, name: string): Process {
  const process = processes.get(name);
  if (process !== undefined) return process;
  const next = meantOrKnown(name, [...processes.keys()]);
  throw new UserError(`there is no program ${name} to do without`, {
    exitCode: exitCodes.usage,
    code: 'unknown-program',
    ...(next !== undefined && { next }),
  });
}

/** Looks at the leases until it is stopped, and tells who leads. */
export class LeaderWatch {
  private isStopped = false;
  private readonly seen = new Map<string, Sighting>();
  private readonly standing = new Set<string>();

  constructor(
    private readonly cluster: SimulatedCluster,
    private readonly tell: (line: string) => void,
  ) {}

  /** Resolves when it was stopped. */
  async run(): Promise<void> {
    while (!this.isStopped) {
      for (const name of led) await this.look(name);
      await sleep(lookMs);
    }
  }

  stop(): void {
    this.isStopped = true;
  }

  /** Lets ours stop or start by who holds the lease now. */
  async look(name: string): Promise<void> {
    const process = this.cluster.simulation.processes.get(name);
    if (process === undefined) return;
    const leader = await this.leader(name);
    if (leader !== undefined && process.isRunning) {
      this.standing.add(name);
      process.stop();
      this.tell(`${name}: ${leader} leads; the simulated one stands by`);
    } else if (leader === undefined && this.standing.delete(name) && !process.isRunning) {
      process.start();
      this.tell(`${name}: nobody leads any more; the simulated one goes on`);
    }
  }

  /** Who holds the lease and still renews it: judged by our own clock, since theirs may differ. */
  private async leader(name: string): Promise<string | undefined> {
    const path = `/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/${name}`;
    const answer = await this.cluster.request({ method: 'GET', path });
    if (answer.status !== 200) return undefined;
    const { spec = {} } = answer.body as Lease;
    const { holderIdentity: holder, leaseDurationSeconds = defaultLeaseSeconds } = spec;
    if (holder === undefined || holder === '') return undefined;
    const record = `${holder} ${spec.renewTime ?? ''}`;
    const last = this.seen.get(name);
    const sighting = last?.record === record ? last : { record, atMs: elapsedMs() };
    this.seen.set(name, sighting);
    const isFresh = elapsedMs() - sighting.atMs < leaseDurationSeconds * 1000;
    return isFresh ? holder : undefined;
  }
}
