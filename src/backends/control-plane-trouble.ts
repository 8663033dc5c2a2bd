/** What can go wrong with the real programs of a control plane: crashes, and the weather on their way. */
import type { Fault } from '../cluster.js';
import { realClock } from '../host.js';
import { exitCodes, UserError } from '../input/errors.js';
import { Weather } from '../../sim/weather.js';
import type { LocalProcess } from './local-process.js';
import type { WatchProxy } from './watch-proxy.js';

/** The programs whose way can be troubled. */
export type TroubledProgram = 'kube-controller-manager' | 'kube-scheduler';

interface Known {
  program: LocalProcess;
  readonly start: () => Promise<LocalProcess>;
  isDown: boolean;
}

/** Lets things go wrong, in real time. */
export class Trouble {
  readonly weather: Weather;
  /** What an event of ours threw. */
  failure: unknown;
  private readonly clock = realClock(error => {
    this.failure ??= error;
  });
  private readonly programs = new Map<string, Known>();
  private readonly proxies: WatchProxy[] = [];

  constructor(interleaving: number) {
    this.weather = new Weather(this.clock, interleaving);
  }

  /** A program that runs, and how it is started again. */
  program(program: LocalProcess, start: () => Promise<LocalProcess>): void {
    this.programs.set(program.name, { program, start, isDown: false });
  }

  /** A proxy on the way of a program. */
  proxy(proxy: WatchProxy): void {
    this.proxies.push(proxy);
  }

  /** Whether the program was ended here, and is to come back. */
  isDown(name: string): boolean {
    return this.programs.get(name)?.isDown ?? false;
  }

  /**
   * Lets the fault happen; false when it is about none of the programs.
   *
   * @throws UserError when it cannot happen to a real program.
   */
  inject(fault: Fault): boolean {
    if (!('process' in fault)) return false;
    const known = this.programs.get(fault.process);
    if (known === undefined) return false;
    if (fault.kind === 'crash') {
      const crash = (): void => this.crash(known, fault.forMs);
      if (fault.atRequest === undefined) crash();
      else this.way(fault).afterRequests(fault.atRequest, crash);
      return true;
    }
    if (fault.kind === 'requests') this.way(fault).trouble(fault, fault.forMs);
    else if (fault.kind === 'watch') this.way(fault).watchTrouble(fault, fault.forMs);
    else if (fault.kind === 'credentials') this.way(fault).trouble({ code: 401 }, fault.forMs);
    else throw impossible(fault, 'a real program takes the time of its machine');
    return true;
  }

  /** Nothing happens any more. */
  close(): void {
    this.clock.stop();
    for (const proxy of this.proxies) proxy.close();
  }

  private way(fault: Extract<Fault, { process: string }>) {
    if (this.proxies.length === 0) throw impossible(fault, 'there is no proxy on its way');
    return this.weather.way(fault.process);
  }

  private crash(known: Known, forMs: number): void {
    if (known.isDown) return;
    known.isDown = true;
    void known.program.kill();
    this.clock.after(forMs, `${known.program.name} comes back`, () => {
      known.start().then(
        program => {
          known.program = program;
          known.isDown = false;
        },
        (error: unknown) => {
          this.failure ??= error;
        },
      );
    });
  }
}

function impossible({ kind }: Fault, why: string): UserError {
  return new UserError(`${kind} cannot happen here: ${why}`, {
    exitCode: exitCodes.backend,
    code: 'fault-not-possible',
    next: 'on the simulation all faults can happen',
  });
}
