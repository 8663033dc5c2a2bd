/** What every exported model looks like from outside. */
import { encodeModel, type GraphNode } from './messages.js';

/** The names of a scorer's input and outputs. */
export const scorerNames = {
  /** Rows x columns, single precision. */
  features: 'features',
  /** Rows x 1: the log odds of fraud. */
  margin: 'margin',
  /** Rows x 1: the probability of fraud. */
  probability: 'probability',
} as const;

/** The ONNX file of nodes that lead from `features` to `margin`; a sigmoid follows them. */
export function encodeScorer(
  name: string,
  columns: number,
  nodes: readonly GraphNode[],
): Uint8Array {
  const { features, margin, probability } = scorerNames;
  const sigmoid: GraphNode = {
    operator: 'Sigmoid',
    domain: '',
    input: margin,
    output: probability,
    attributes: {},
  };
  const graph = {
    name,
    nodes: [...nodes, sigmoid],
    input: { name: features, columns },
    outputs: [
      { name: probability, columns: 1 },
      { name: margin, columns: 1 },
    ],
  };
  return encodeModel(graph, 'seatrial');
}
