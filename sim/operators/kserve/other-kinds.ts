/** Whether the cluster has Knative's Services. @upstream kserve v0.20.0 pkg/utils/utils.go IsCrdAvailable */
import type { ControllerContext, Reconciliation } from '../../../client/contract.js';
import { addOwner, call, watch } from '../../../client/requests.js';
import { knativeServices } from '../../knative/types.js';
import { inferenceServices } from '../types.js';

interface ResourceList {
  readonly resources?: readonly { readonly kind: string }[];
}

/** The cluster's kinds of Knative, of which a process asks once. */
export class KnativeKinds {
  private isServed: boolean | undefined;

  constructor(private readonly context: Pick<ControllerContext, 'queue' | 'watch'>) {}

  /**
   * Whether there are Services of Knative; a message when nobody can tell. Upstream watches them from its
   * start, if they are there then; here they are watched once a service needs them.
   */
  *areServed(): Reconciliation<boolean | string> {
    if (this.isServed !== undefined) return this.isServed;
    const path = `/apis/${knativeServices.group}/${knativeServices.version}`;
    const answer = yield* call<ResourceList>({ method: 'GET', path });
    if (!answer.isOk && answer.status !== 404) return answer.message;
    const found = answer.isOk ? (answer.object.resources ?? []) : [];
    this.isServed = found.some(({ kind }) => kind === knativeServices.kind);
    const on = addOwner(this.context.queue, inferenceServices);
    if (this.isServed) this.context.watch(watch(knativeServices, { on }));
    return this.isServed;
  }
}
