/** Where network policies will speak: whether a connection is let through. */
import type { Pod } from '../api/kinds/core.js';

/** A connection that is about to be made. */
export interface ConnectionAttempt {
  /** The pod that connects; undefined from outside of the cluster. */
  readonly from: Pod | undefined;
  readonly fromIp: string;
  /** The pod that listens; undefined when the address is no pod's. */
  readonly to: Pod | undefined;
  readonly toIp: string;
  readonly port: number;
}

/** Lets a connection through, or drops its packets. */
export type NetworkPolicyVerdict = (attempt: ConnectionAttempt) => 'allow' | 'drop';

/** A cluster without policies. */
export const allowAll: NetworkPolicyVerdict = () => 'allow';
