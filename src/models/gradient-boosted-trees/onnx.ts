/** A forest as an ONNX graph. */
import { encodeScorer, scorerNames } from '../onnx/scorer.js';
import type { Forest } from './forest.js';

/** The trees as the TreeEnsembleRegressor of ai.onnx.ml 3 takes them: columns of nodes, and of leaves. */
interface Ensemble {
  readonly treeIds: number[];
  readonly nodeIds: number[];
  readonly modes: string[];
  readonly features: number[];
  readonly thresholds: number[];
  readonly trueIds: number[];
  readonly falseIds: number[];
  readonly leafTreeIds: number[];
  readonly leafNodeIds: number[];
  readonly leaves: number[];
}

/** The file; thresholds and leaves become single precision. */
export function forestToOnnx(forest: Forest): Uint8Array {
  const trees = ensembleOf(forest);
  return encodeScorer('gradient-boosted-trees', forest.columns, [
    {
      operator: 'TreeEnsembleRegressor',
      domain: 'ai.onnx.ml',
      input: scorerNames.features,
      output: scorerNames.margin,
      attributes: {
        n_targets: { int: 1 },
        base_values: { floats: [forest.base] },
        aggregate_function: { text: 'SUM' },
        post_transform: { text: 'NONE' },
        nodes_treeids: { ints: trees.treeIds },
        nodes_nodeids: { ints: trees.nodeIds },
        nodes_modes: { texts: trees.modes },
        nodes_featureids: { ints: trees.features },
        nodes_values: { floats: trees.thresholds },
        nodes_truenodeids: { ints: trees.trueIds },
        nodes_falsenodeids: { ints: trees.falseIds },
        nodes_missing_value_tracks_true: { ints: trees.treeIds.map(() => 0) },
        target_treeids: { ints: trees.leafTreeIds },
        target_nodeids: { ints: trees.leafNodeIds },
        target_ids: { ints: trees.leaves.map(() => 0) },
        target_weights: { floats: trees.leaves },
      },
    },
  ]);
}

function ensembleOf(forest: Forest): Ensemble {
  const ensemble: Ensemble = {
    treeIds: [],
    nodeIds: [],
    modes: [],
    features: [],
    thresholds: [],
    trueIds: [],
    falseIds: [],
    leafTreeIds: [],
    leafNodeIds: [],
    leaves: [],
  };
  for (let tree = 0; tree < forest.trees; tree++) addNode(ensemble, forest, tree, 1, 0);
  return ensemble;
}

/** Adds a node and those below it; one whose leaves are all equal becomes a leaf itself. */
function addNode(
  ensemble: Ensemble,
  forest: Forest,
  tree: number,
  node: number,
  level: number,
): void {
  const { depth, features, thresholds, leaves } = forest;
  const count = 1 << (depth - level);
  const first = (tree << depth) + node * count - (1 << depth);
  const leaf = leaves[first] ?? 0;
  const isLeaf = leaves.subarray(first, first + count).every(value => value === leaf);
  const at = (tree << depth) + node;
  ensemble.treeIds.push(tree);
  ensemble.nodeIds.push(node);
  ensemble.modes.push(isLeaf ? 'LEAF' : 'BRANCH_LEQ');
  ensemble.features.push(isLeaf ? 0 : (features[at] ?? 0));
  ensemble.thresholds.push(isLeaf ? 0 : (thresholds[at] ?? 0));
  ensemble.trueIds.push(isLeaf ? 0 : 2 * node);
  ensemble.falseIds.push(isLeaf ? 0 : 2 * node + 1);
  if (isLeaf) {
    ensemble.leafTreeIds.push(tree);
    ensemble.leafNodeIds.push(node);
    ensemble.leaves.push(leaf);
  } else {
    addNode(ensemble, forest, tree, 2 * node, level + 1);
    addNode(ensemble, forest, tree, 2 * node + 1, level + 1);
  }
}
