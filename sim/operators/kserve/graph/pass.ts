/** One pass over one InferenceGraph. @upstream kserve v0.20.0 pkg/controller/v1alpha1/inferencegraph/controller.go */
import { deepEqual } from '../../../api/equality.js';
import { compareText } from '../../../api/go-text.js';
import type { Deployment } from '../../../api/kinds/apps.js';
import { rfc3339 } from '../../../api/time.js';
import type { Reconciliation, View } from '../../../client/contract.js';
import type { EventToRecord } from '../../../client/event-recorder.js';
import { call, update } from '../../../client/requests.js';
import { reconcileAutoscaler } from '../autoscaler.js';
import { reconcileService } from '../component-service.js';
import { readConfiguration, type Configuration } from '../configuration.js';
import { reconcileDeployment } from '../deployment.js';
import { modeOf } from '../deployment-mode.js';
import { hostOf } from '../ingress.js';
import { isStopped } from '../keys.js';
import { withValidInitialScale } from '../knative/initial-scale.js';
import type { OtherKinds } from '../other-kinds.js';
import { reconcileKnativeService } from '../knative/reconcile.js';
import { inferenceServices, type Condition } from '../types.js';
import { predictorEndpoint } from './endpoint.js';
import { knativeRouter } from './knative-router.js';
import { routerParts } from './router.js';
import { inferenceGraphs, type GraphNode, type GraphStatus, type InferenceGraph } from './types.js';

const available = 'Available';
const rejection =
  'It is not possible to use Knative deployment mode when Knative Services are not available';

/** A pass; `record` takes the events. */
export class GraphPass {
  constructor(
    private readonly graph: InferenceGraph,
    private readonly view: View,
    private readonly kinds: OtherKinds,
    private readonly nowMs: number,
    private readonly record: (event: Omit<EventToRecord, 'regarding'>) => void,
  ) {}

  *run(): Reconciliation {
    const configuration = yield* readConfiguration();
    if (typeof configuration === 'string') return { retry: configuration };
    const isStopping = isStopped(this.graph);
    const graph = isStopping ? this.graph : this.resolved();
    if (typeof graph === 'string') return { retry: graph };
    return modeOf(graph, configuration) === 'Standard'
      ? yield* this.standard(graph, configuration)
      : yield* this.withKnative(graph, configuration);
  }

  private *standard(graph: InferenceGraph, configuration: Configuration): Reconciliation {
    const deployment = yield* this.make(graph, configuration);
    if (typeof deployment === 'string') {
      return { retry: `fails to reconcile inference graph raw deployment: ${deployment}` };
    }
    // Upstream is content with the condition, whatever it says.
    const isKnown = isAvailabilityKnown(deployment);
    if (!isStopped(graph) && !isKnown) return { retry: 'the router is not available yet' };
    const { name = '' } = graph.metadata;
    const url = `http://${hostOf(name, graph, configuration)}`;
    const status = { ...this.graph.status, ...(isKnown && { url, conditions: ready }) };
    const { observedGeneration } = deployment.status ?? {};
    return yield* this.write({
      ...this.stoppedOrNot(status),
      ...(observedGeneration !== undefined && { observedGeneration }),
    });
  }

  private *withKnative(graph: InferenceGraph, configuration: Configuration): Reconciliation {
    const areServed = yield* this.kinds.areServed();
    if (areServed === false) {
      this.record({ type: 'Warning', reason: 'ServerlessModeRejected', message: rejection });
      return undefined;
    }
    const valid = areServed === true ? yield* withValidInitialScale(graph) : areServed;
    if (typeof valid === 'string') return { retry: valid };
    const service = knativeRouter(valid, routerParts(valid, configuration));
    const known = yield* reconcileKnativeService(service);
    if (typeof known === 'string') {
      return { retry: `fails to reconcile inference graph ksvc: ${known}` };
    }
    const { url: before, conditions: _, ...rest } = this.graph.status ?? {};
    const { conditions, url: current } = known;
    const state = conditions?.find(({ type }) => type === 'Ready')?.status;
    const url = state === undefined ? before : state === 'True' ? current : undefined;
    return yield* this.write(
      this.stoppedOrNot({
        ...rest,
        ...(conditions !== undefined && { conditions }),
        ...(url !== undefined && { url }),
      }),
    );
  }

  /** The graph with the URLs of its services, or why it cannot be known. */
  private resolved(): InferenceGraph | string {
    const nodes: Record<string, GraphNode> = {};
    const entries = Object.entries(this.graph.spec.nodes);
    for (const [name, node] of entries.toSorted(([a], [b]) => compareText(a, b))) {
      const steps = [];
      for (const step of node.steps ?? []) {
        if (!step.serviceName) {
          steps.push(step);
          continue;
        }
        const url = this.urlOf(step.serviceName);
        if (typeof url === 'string') return url;
        steps.push({ ...step, serviceUrl: url.url });
      }
      nodes[name] = { ...node, steps };
    }
    return { ...this.graph, spec: { ...this.graph.spec, nodes } };
  }

  private urlOf(name: string): { readonly url: string } | string {
    const { namespace = '' } = this.graph.metadata;
    const service = this.view.get(inferenceServices, namespace, name);
    if (service === undefined) return `Failed to find graph service ${name}`;
    const endpoint = predictorEndpoint(service, this.view);
    return 'url' in endpoint ? endpoint : `service ${name} is not ready: ${endpoint.problem}`;
  }

  /** Makes the router; its Deployment as it is known, or why it could not be made. */
  private *make(
    graph: InferenceGraph,
    configuration: Configuration,
  ): Reconciliation<Deployment | string> {
    const parts = routerParts(graph, configuration);
    const served = yield* reconcileService(parts, this.view);
    if (served !== undefined) return served;
    const deployment = yield* reconcileDeployment(parts, this.view);
    if (typeof deployment === 'string') return deployment;
    return (yield* reconcileAutoscaler(parts, this.view)) ?? deployment;
  }

  private stoppedOrNot(status: GraphStatus): GraphStatus {
    const { conditions = [], url: _, ...rest } = status;
    const isStopping = isStopped(this.graph);
    const current = conditions.find(({ type }) => type === 'Stopped')?.status;
    const stopped = (value: 'True' | 'False'): Condition => ({
      type: 'Stopped',
      status: value,
      lastTransitionTime: rfc3339(this.nowMs),
    });
    if (isStopping && current !== 'True') {
      const unready: Condition = {
        ...{ type: 'Ready', status: 'False', reason: 'Stopped' },
        lastTransitionTime: rfc3339(this.nowMs),
      };
      return { ...rest, conditions: [stopped('True'), unready] };
    }
    if (!isStopping && current !== 'False') {
      return { ...status, conditions: [...conditions, stopped('False')] };
    }
    return status;
  }

  private *write(status: GraphStatus): Reconciliation {
    const { graph } = this;
    const { name = '' } = graph.metadata;
    if (deepEqual(timeless(status), timeless(graph.status ?? {}))) return undefined;
    const answer = yield* call(update(inferenceGraphs, { ...graph, status }, 'status'));
    if (!answer.isOk) {
      if (answer.status === 404) return undefined;
      const told = `Failed to update status for InferenceGraph "${name}": ${answer.message}`;
      this.record({ type: 'Warning', reason: 'UpdateFailed', message: told });
      const message = `fails to update InferenceGraph status: ${answer.message}`;
      this.record({ type: 'Warning', reason: 'InternalError', message });
      return { retry: answer.message };
    }
    const [before, now] = [isReady(graph.status ?? {}), isReady(status)];
    if (before && !now) {
      const message = `InferenceGraph [${name}] is no longer Ready`;
      this.record({ type: 'Warning', reason: 'InferenceGraphNotReady', message });
    } else if (!before && now) {
      const message = `InferenceGraph [${name}] is Ready`;
      this.record({ type: 'Normal', reason: 'InferenceGraphReady', message });
    }
    return undefined;
  }
}

/** Upstream tells no time of it. */
const ready: readonly Condition[] = [{ type: 'Ready', status: 'True' }];

function isAvailabilityKnown({ status }: Deployment): boolean {
  return (status?.conditions ?? []).some(({ type }) => type === available);
}

function isReady({ conditions = [] }: GraphStatus): boolean {
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

/** The times of conditions do not make statuses differ. */
function timeless({ conditions = [], ...rest }: GraphStatus) {
  return { ...rest, conditions: conditions.map(({ lastTransitionTime: _, ...one }) => one) };
}
