/** The faults after which what is counted is told, but judges nobody, and the nodes that are down. */
import type { Fault } from '../../cluster.js';

/** Those of one cluster. */
export class Trouble {
  /** What goes to their pods is never answered. */
  readonly downNodes = new Set<string>();
  private fault = '';
  private untilMs = -Infinity;

  /** Of faults whose times meet, the one that lasts longest is named. */
  struck(fault: Fault, untilMs: number): void {
    if (fault.kind === 'node-down') this.downNodes.add(fault.node);
    if (fault.kind === 'node-up') this.downNodes.delete(fault.node);
    if (untilMs <= this.untilMs) return;
    this.fault = faultTitle(fault);
    this.untilMs = untilMs;
  }

  /** The mark of a span that begins then. */
  in(spanStartMs: number): { readonly afterFault?: string } {
    return spanStartMs < this.untilMs ? { afterFault: this.fault } : {};
  }
}

/** `node-down worker-1`, `crash kube-scheduler`. */
export function faultTitle(fault: Fault): string {
  return `${fault.kind} ${'node' in fault ? fault.node : fault.process}`;
}
