/**
 * Applies the policies to connections of the cluster. What Kubernetes leaves to the plug-in is done
 * as most do: each side is judged by what is known where the pod runs, and its own node and the pod
 * itself are always let through.
 */
import type { Pod } from '../api/kinds/core.js';
import type { PolicyBook } from './policy-book.js';
import { parseAddress } from './policy/address.js';
import { isSamePod, verdictOf, type Verdict } from './policy/evaluator.js';
import { policyPod, type Party, type PolicyPod } from './policy/party.js';
import type { ServiceBook } from './service-book.js';

/** Who connects. */
export interface Source {
  /** Undefined from outside of the cluster. */
  readonly pod: Pod | undefined;
  readonly ip: string;
}

/** Where a connection ends, after service addresses were translated. */
export interface Target {
  readonly ip: string;
  readonly port: number;
  readonly protocol: string;
}

/** An end as its own node knows it, and as the others do. */
interface End {
  readonly ip: string;
  /** The plug-in heard of its own node's pods when it gave them their address. */
  readonly own: Party;
  /** Of other nodes' pods it hears from the API server. */
  readonly peer: Party;
}

/** Judges by the policies that the book has at the moment. */
export class PolicyGate {
  private readonly views = new WeakMap<Pod, PolicyPod>();

  /** `podAt` finds the pod of a program that runs at the address. */
  constructor(
    private readonly book: PolicyBook,
    private readonly services: ServiceBook,
    private readonly podAt: (ip: string) => Pod | undefined,
  ) {}

  /** Whether there is any policy at all. */
  get isOpen(): boolean {
    return this.book.evaluator === undefined;
  }

  /** What becomes of a connection. */
  verdict(from: Source, { ip, port, protocol }: Target): Verdict {
    if (this.isOpen) return 'allow';
    const to = this.end(ip, this.podAt(ip));
    return this.judge(this.end(from.ip, from.pod), to, { port, protocol });
  }

  /** Whether policies let nobody at all connect, not from anywhere. */
  isShut({ ip, port, protocol }: Target): boolean {
    const { evaluator } = this.book;
    if (evaluator === undefined) return false;
    const pod = this.ownPod(this.podAt(ip), this.book.podAt(ip));
    return pod !== undefined && evaluator.isShut(pod, { port, protocol });
  }

  /** What becomes of a connection to a pod that the cluster only acts as if it had. */
  verdictTo(from: Source, to: Party, port: number, protocol: string): Verdict {
    const end = { ip: '', own: to, peer: to };
    return this.judge(this.end(from.ip, from.pod), end, { port, protocol });
  }

  private judge(
    from: End,
    to: End,
    { port, protocol }: { readonly port: number; readonly protocol: string },
  ): Verdict {
    const { evaluator } = this.book;
    if (evaluator === undefined || isSamePod(from.own.pod, to.own.pod)) return 'allow';
    if (this.isNodeOf(to.own.pod, from.ip) || this.isNodeOf(from.own.pod, to.ip)) return 'allow';
    return verdictOf({
      egress: evaluator.allows('egress', { from: from.own, to: to.peer, port, protocol }),
      ingress: evaluator.allows('ingress', { from: from.peer, to: to.own, port, protocol }),
    });
  }

  private end(ip: string, pod: Pod | undefined): End {
    const address = parseAddress(ip) ?? -1;
    const known = this.book.podAt(ip);
    const node = known === undefined ? this.services.nodeAt(ip) : undefined;
    const peer: Party = { pod: known, node, address };
    if (pod === undefined) return { ip, own: peer, peer };
    if (pod.spec?.hostNetwork === true) return { ip, own: { node, address }, peer };
    const own = this.ownPod(pod, known);
    return { ip, own: own === known ? peer : { pod: own, address }, peer };
  }

  /** The pod at an address as its own node knows it; one in its node's network is no pod to policies. */
  private ownPod(pod: Pod | undefined, known: PolicyPod | undefined): PolicyPod | undefined {
    if (pod === undefined) return known;
    if (pod.spec?.hostNetwork === true) return undefined;
    return known !== undefined && known.uid === pod.metadata.uid ? known : this.viewOf(pod);
  }

  private viewOf(pod: Pod): PolicyPod {
    const known = this.views.get(pod);
    if (known !== undefined) return known;
    const view = policyPod(pod);
    this.views.set(pod, view);
    return view;
  }

  /** Probes come from there. */
  private isNodeOf(pod: PolicyPod | undefined, ip: string): boolean {
    const { nodeName } = pod ?? {};
    return nodeName !== undefined && this.services.nodeAt(ip)?.metadata.name === nodeName;
  }
}
