/**
 * Keeps the Lease of a node: the sign of life that costs least.
 * @upstream staging/src/k8s.io/component-helpers/apimachinery/lease/controller.go
 */
import { type Lease, leases } from '../api/kinds/coordination.js';
import { withRenewTime } from '../api/renewed-lease.js';
import { rfc3339Micro } from '../api/time.js';
import type { Answer, ControllerContext, Reconciliation, Request } from '../client/contract.js';
import type { Messenger } from '../client/errand.js';
import { call, create, get, pathOf } from '../client/requests.js';
import type { KubeletContext } from './context.js';
import { nodeKeys } from './node-status.js';

const leaseNamespace = 'kube-node-lease';
const renewJitter = 0.04;

/** The Lease of one life of a kubelet. */
export class NodeLease {
  private lease: Lease | undefined;
  /** Why the last heartbeat was not taken. */
  private failure: (Answer<Lease> & { readonly isOk: false }) | undefined;
  private readonly label: string;
  private readonly path: string;
  private readonly messenger: Messenger;

  constructor(
    private readonly context: KubeletContext,
    private readonly work: Pick<ControllerContext, 'queue' | 'messenger'>,
  ) {
    this.label = `${context.nodeName} lease`;
    this.path = pathOf(leases, leaseNamespace, context.nodeName);
    this.messenger = work.messenger<Lease>({
      label: this.label,
      request: leavesMs => this.lease && this.renewalOf(this.lease, rfc3339Micro(leavesMs)),
      done: (answer, arrivesMs) => this.renewed(answer, arrivesMs),
    });
  }

  /** Makes the lease, or renews it after something went wrong, and goes on with heartbeats. */
  *renew(): Reconciliation<{ readonly retry: string } | undefined> {
    const { lease: known, failure } = this;
    this.failure = undefined;
    const renewTime = this.now();
    const answer =
      failure ??
      (yield* call(
        known === undefined
          ? create(leases, this.newLease(renewTime))
          : this.renewalOf(known, renewTime),
      ));
    if (answer.isOk) this.lease = answer.object;
    else {
      const fresh = yield* call(get(leases, leaseNamespace, this.context.nodeName));
      this.lease = fresh.isOk ? fresh.object : undefined;
      if (fresh.isOk) return { retry: answer.message };
    }
    this.schedule(this.context.clock.now());
    return undefined;
  }

  /** The next heartbeat. */
  private schedule(nowMs: number): void {
    const { clock, config, random } = this.context;
    const periodMs = (config.leaseDurationSeconds * 1_000) / 4;
    const delayMs = periodMs * (1 + renewJitter * random.float());
    if (this.lease !== undefined) this.messenger.leaveAt(nowMs + delayMs);
    else clock.after(delayMs, this.label, () => this.work.queue.add(nodeKeys.lease));
  }

  /** A renewal as it mostly goes; when it fails, `renew` sees to it. */
  private renewed(answer: Answer<Lease>, arrivesMs: number): void {
    if (answer.isOk) {
      this.lease = answer.object;
      this.schedule(arrivesMs);
    } else {
      this.failure = answer;
      this.work.queue.add(nodeKeys.lease);
    }
  }

  private now(): string {
    return rfc3339Micro(this.context.clock.now());
  }

  private renewalOf(known: Lease, renewTime: string): Request<Lease> {
    const { nodeName, config } = this.context;
    const { holderIdentity, leaseDurationSeconds } = known.spec ?? {};
    const isOurs =
      holderIdentity === nodeName && leaseDurationSeconds === config.leaseDurationSeconds;
    const ours = isOurs ? known : { ...known, spec: { ...known.spec, ...this.holder() } };
    return { method: 'PUT', path: this.path, body: withRenewTime(ours, renewTime) };
  }

  private holder() {
    const { nodeName, config } = this.context;
    return { holderIdentity: nodeName, leaseDurationSeconds: config.leaseDurationSeconds };
  }

  private newLease(renewTime: string): Lease {
    const name = this.context.nodeName;
    const uid = this.context.node()?.metadata.uid;
    const owner = { apiVersion: 'v1', kind: 'Node', name, uid: uid ?? '' };
    return {
      metadata: {
        name,
        namespace: leaseNamespace,
        ...(uid !== undefined && { ownerReferences: [owner] }),
      },
      spec: Object.assign({}, this.holder(), { renewTime }),
    };
  }
}
