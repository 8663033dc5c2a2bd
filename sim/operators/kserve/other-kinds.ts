/** The kinds of others that KServe makes objects of, where the cluster has them. @upstream kserve v0.20.0 pkg/utils/utils.go IsCrdAvailable */
import type { HasMetadata, Kind } from '../../api/object.js';
import type { ControllerContext, Reconciliation } from '../../client/contract.js';
import { addOwner, call, watch } from '../../client/requests.js';
import { scaledObjects } from '../keda/types.js';
import { knativeServices } from '../knative/types.js';

interface ResourceList {
  readonly resources?: readonly { readonly kind: string }[];
}

/** Of which a process asks once. */
export class OtherKinds {
  private isServed: boolean | undefined;
  private hasScaledObjects = false;

  /** Their changes wake the owners of that kind. */
  constructor(
    private readonly context: Pick<ControllerContext, 'queue' | 'watch'>,
    private readonly owners: Kind<HasMetadata>,
  ) {}

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
    const on = addOwner(this.context.queue, this.owners);
    if (this.isServed) this.context.watch(watch(knativeServices, { on }));
    return this.isServed;
  }

  /** KEDA's objects are watched once there is one. */
  watchScaledObjects(): void {
    if (this.hasScaledObjects) return;
    this.hasScaledObjects = true;
    const on = addOwner(this.context.queue, this.owners);
    this.context.watch(watch(scaledObjects, { on }));
  }
}
