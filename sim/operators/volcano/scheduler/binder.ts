/** Binds pods to the nodes that were found. @upstream volcano v1.15.1 pkg/scheduler/cache/cache.go */
import { pods } from '../../../api/kinds/core.js';
import type { ControllerContext, Reconciliation, View } from '../../../client/contract.js';
import { call, createSubresource } from '../../../client/requests.js';
import { PodInfo } from '../../../scheduler/pod-info.js';
import { preBind } from '../../../scheduler/object-writes.js';
import type { Framework } from '../../../scheduler/runtime.js';
import type { Session } from './session.js';
import type { Placement } from './statement.js';

interface Binding extends Placement {
  readonly framework: Framework;
  phase: 'bound' | 'binding';
}

/** Bindings that are under way. */
export class Binder {
  private readonly byUid = new Map<string, Binding>();

  constructor(readonly context: ControllerContext) {}

  /** Begins to bind a pod. */
  take(placement: Placement, { nodes }: Session): void {
    const { task, node, state } = placement;
    nodes.framework.reserve(state, new PodInfo(task.pod), node);
    this.byUid.set(task.uid, { ...placement, framework: nodes.framework, phase: 'binding' });
    this.context.queue.add(task.uid);
  }

  /** Where pods will be that are not there yet. */
  assumed(view: View): ReadonlyMap<string, string> {
    for (const [uid, { task }] of this.byUid) {
      const { namespace = '', name = '' } = task.pod.metadata;
      const known = view.get(pods, namespace, name);
      if (known?.metadata.uid !== uid || (known.spec?.nodeName ?? '') !== '')
        this.byUid.delete(uid);
    }
    return new Map([...this.byUid].map(([uid, { node }]) => [uid, node]));
  }

  /** The pod has changed: once it is bound, it counts by itself. */
  hear(uid: string): void {
    if (this.byUid.get(uid)?.phase === 'bound') this.byUid.delete(uid);
  }

  *bind(uid: string): Reconciliation {
    const binding = this.byUid.get(uid);
    if (binding === undefined) return undefined;
    const error = (yield* this.prepare(binding)) ?? (yield* this.write(binding));
    if (error === undefined) return undefined;
    this.byUid.delete(uid);
    return undefined;
  }

  private *prepare(binding: Binding): Reconciliation<string | undefined> {
    const { task, node, state, framework } = binding;
    const info = new PodInfo(task.pod);
    for (const plugin of framework.at('preBind')) {
      const plan = plugin.preBind?.(state, info, node) ?? [];
      const error = yield* preBind(this, { phase: 'preBinding' }, plan);
      if (error !== undefined) return error;
    }
    return undefined;
  }

  private *write(binding: Binding): Reconciliation<string | undefined> {
    const { task, node } = binding;
    const { namespace = '', name = '', uid = '' } = task.pod.metadata;
    const of = { namespace, name, subresource: 'binding' };
    const body = {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { namespace, name, uid },
      target: { kind: 'Node', name: node },
    };
    const answer = yield* call(createSubresource(pods, of, body));
    if (!answer.isOk) return answer.message;
    binding.phase = 'bound';
    const message = `Successfully assigned ${namespace}/${name} to ${node}`;
    this.context.events.record({
      regarding: task.pod,
      type: 'Normal',
      reason: 'Scheduled',
      message,
    });
    return undefined;
  }
}
