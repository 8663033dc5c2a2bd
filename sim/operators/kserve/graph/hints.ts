/** What the author of an InferenceGraph should know before it runs. */
import { keys } from '../keys.js';
import { modeNames } from '../deployment-mode.js';
import type { GraphNode, InferenceGraph } from './types.js';

/** The hints about a graph. */
export function graphHints({ metadata, spec }: InferenceGraph): readonly string[] {
  const hints = [
    'the router runs and gets its Service, but no request is sent through its steps here: try the services one by one',
  ];
  const mode = metadata.annotations?.[keys.deploymentMode];
  const isKnative = mode !== undefined && modeNames[mode] !== 'Standard';
  const { scaleMetric } = spec;
  if (!isKnative && (scaleMetric === 'concurrency' || scaleMetric === 'rps')) {
    hints.push(`scaleMetric: ${scaleMetric} scales nothing in Standard mode: use cpu or memory`);
  }
  if (!isKnative && spec.minReplicas === 0) {
    hints.push('minReplicas: 0 does not scale to zero in Standard mode: one pod stays');
  }
  return [...hints, ...Object.entries(spec.nodes).flatMap(nodeHints(spec.nodes))];
}

/** What upstream's webhook lets pass, and the router answers with an error. */
function nodeHints(nodes: Readonly<Record<string, GraphNode>>) {
  return ([name, { routerType, steps = [] }]: [string, GraphNode]): readonly string[] =>
    steps.flatMap((step, index) => {
      const which = `nodes.${name}.steps[${index}]`;
      const { nodeName = '', condition = '' } = step;
      return [
        ...(nodeName === '' || nodeName in nodes
          ? []
          : [`${which}: there is no node ${nodeName}: its requests are answered with 500`]),
        ...(routerType === 'Switch' && condition === ''
          ? [`${which}: a Switch never takes a step without condition`]
          : []),
      ];
    });
}
