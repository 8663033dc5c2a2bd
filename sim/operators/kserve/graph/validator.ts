/** The webhook that refuses InferenceGraphs. @upstream kserve v0.20.0 pkg/apis/serving/v1alpha1/inference_graph_validation.go */
import { compareText } from '../../../api/go-text.js';
import type { Webhook } from '../../admission/webhook.js';
import type { GraphNode, InferenceGraph, Step } from './types.js';

const namePattern = '[a-z]([-a-z0-9]*[a-z0-9])?';

/** Judges creations and updates. */
export const validateGraph: Webhook = function* ({ object }) {
  if (object === undefined || object.metadata.deletionTimestamp !== undefined) {
    return { isAllowed: true };
  }
  const message = graphProblem(object as unknown as InferenceGraph);
  return message === undefined ? { isAllowed: true } : { isAllowed: false, message };
};

/** What is wrong with a graph; the nodes, which Go takes in any order, by name. */
export function graphProblem({ metadata, spec }: InferenceGraph): string | undefined {
  const { name = '' } = metadata;
  if (!new RegExp(`^${namePattern}$`).test(name)) {
    return `The InferenceGraph "${name}" is invalid: a InferenceGraph name must consist of lower case alphanumeric characters or '-', and must start with alphabetical character. (e.g. "my-name" or "abc-123", regex used for validation is '${namePattern}')`;
  }
  const nodes = Object.entries(spec.nodes).toSorted(([a], [b]) => compareText(a, b));
  if (!nodes.some(([node]) => node === 'root')) {
    return "root node not found, InferenceGraph needs a node with name 'root' as the root node of the graph";
  }
  for (const problemOf of [duplicateStep, wrongTarget, wrongWeights]) {
    for (const [node, router] of nodes) {
      const problem = problemOf(name, node, router);
      if (problem !== undefined) return problem;
    }
  }
  return undefined;
}

function duplicateStep(graph: string, node: string, { steps = [] }: GraphNode) {
  const names = steps.map(({ name = '' }) => name).filter(name => name !== '');
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice === undefined
    ? undefined
    : `Node "${node}" of InferenceGraph "${graph}" contains more than one step with name "${twice}"`;
}

function wrongTarget(graph: string, node: string, { steps = [] }: GraphNode): string | undefined {
  for (const [index, step] of steps.entries()) {
    const count = targetsOf(step).length;
    if (count === 1) continue;
    const problem =
      count === 0
        ? 'does not specify an inference target'
        : 'specifies more than one of nodeName, serviceName, serviceUrl';
    const where = `in node "${node}" of InferenceGraph "${graph}"`;
    return `Step ${index} ("${step.name ?? ''}") ${where} ${problem}`;
  }
  return undefined;
}

function targetsOf({ nodeName = '', serviceName = '', serviceUrl = '' }: Step): readonly string[] {
  return [nodeName, serviceName, serviceUrl].filter(target => target !== '');
}

function wrongWeights(
  graph: string,
  node: string,
  { routerType, steps = [] }: GraphNode,
): string | undefined {
  if (routerType !== 'Splitter') return undefined;
  const where = `InferenceGraph[${graph}] Node[${node}]`;
  let sum = 0;
  for (const { weight, serviceName = '' } of steps) {
    if (weight === undefined) return `${where} Route[${serviceName}] missing the 'Weight'`;
    sum += weight;
  }
  return sum === 100
    ? undefined
    : `${where} splitter node: the sum of traffic weights for all routing targets should be 100`;
}
