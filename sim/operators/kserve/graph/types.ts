/** The shape of an InferenceGraph. @upstream kserve v0.20.0 pkg/apis/serving/v1alpha1/inference_graph.go */
import type { Affinity, ResourceRequirements, Toleration } from '../../../api/kinds/core.js';
import { kindOf, withEmptySpec, type HasMetadata } from '../../../api/object.js';
import type { Condition } from '../types.js';

/** One step of a node: to another node, to an InferenceService, or to a URL. */
export interface Step {
  readonly name?: string;
  readonly nodeName?: string;
  readonly serviceName?: string;
  readonly serviceUrl?: string;
  readonly data?: string;
  readonly mapPredictionsToInstances?: boolean;
  readonly weight?: number;
  readonly condition?: string;
  readonly dependency?: 'Soft' | 'Hard';
}

/** A node: how requests are sent through its steps. */
export interface GraphNode {
  readonly routerType: 'Sequence' | 'Splitter' | 'Ensemble' | 'Switch';
  readonly steps?: readonly Step[];
}

/** What a graph is. */
export interface GraphSpec {
  readonly nodes: Readonly<Record<string, GraphNode>>;
  readonly resources?: ResourceRequirements;
  readonly affinity?: Affinity;
  readonly timeout?: number;
  readonly routerTimeouts?: Readonly<Record<string, number>>;
  readonly minReplicas?: number;
  readonly maxReplicas?: number;
  readonly scaleTarget?: number;
  readonly scaleMetric?: string;
  readonly tolerations?: readonly Toleration[];
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly nodeName?: string;
  readonly serviceAccountName?: string;
}

/** The status of a graph. */
export interface GraphStatus {
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
  readonly url?: string;
  readonly deploymentMode?: string;
}

/** Several models, reached by one router. */
export interface InferenceGraph extends HasMetadata {
  readonly spec: GraphSpec;
  readonly status?: GraphStatus;
}

/** The kind InferenceGraph. */
export const inferenceGraphs = withEmptySpec(
  kindOf<InferenceGraph>('serving.kserve.io/v1alpha1', 'InferenceGraph', 'inferencegraphs'),
  { nodes: {} },
);
