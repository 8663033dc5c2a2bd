import { describe, expect, it } from 'vitest';
import { graphHints } from './hints.js';
import type { GraphNode, InferenceGraph } from './types.js';
import { graphProblem } from './validator.js';

function graph(nodes: Readonly<Record<string, GraphNode>>, name = 'g'): InferenceGraph {
  return { metadata: { name }, spec: { nodes } };
}

const step = { serviceName: 'a' };

describe('the validator of InferenceGraphs', () => {
  it.each<[string, InferenceGraph, string | undefined]>([
    ['a chain', graph({ root: { routerType: 'Sequence', steps: [step] } }), undefined],
    [
      'no root',
      graph({ other: { routerType: 'Sequence' } }),
      "root node not found, InferenceGraph needs a node with name 'root' as the root node of the graph",
    ],
    [
      'two steps of one name',
      graph({
        root: {
          routerType: 'Sequence',
          steps: [
            { ...step, name: 's' },
            { ...step, name: 's' },
          ],
        },
      }),
      'Node "root" of InferenceGraph "g" contains more than one step with name "s"',
    ],
    [
      'a step to nowhere',
      graph({ root: { routerType: 'Sequence', steps: [{ name: 's' }] } }),
      'Step 0 ("s") in node "root" of InferenceGraph "g" does not specify an inference target',
    ],
    [
      'a step to two places',
      graph({ root: { routerType: 'Sequence', steps: [{ ...step, nodeName: 'n' }] } }),
      'Step 0 ("") in node "root" of InferenceGraph "g" specifies more than one of nodeName, serviceName, serviceUrl',
    ],
    [
      'weights that are not given',
      graph({ root: { routerType: 'Splitter', steps: [step] } }),
      "InferenceGraph[g] Node[root] Route[a] missing the 'Weight'",
    ],
    [
      'weights that are not 100',
      graph({ root: { routerType: 'Splitter', steps: [{ ...step, weight: 99 }] } }),
      'InferenceGraph[g] Node[root] splitter node: the sum of traffic weights for all routing targets should be 100',
    ],
  ])('%s', (_what, given, problem) => expect(graphProblem(given)).toBe(problem));

  it('knows names', () => {
    expect(graphProblem(graph({ root: { routerType: 'Sequence' } }, '1g'))).toContain(
      'The InferenceGraph "1g" is invalid: a InferenceGraph name must consist',
    );
  });
});

it('hints at what the router answers with errors', () => {
  const told = graphHints(
    graph({
      root: { routerType: 'Switch', steps: [{ nodeName: 'nowhere' }] },
    }),
  ).join('\n');
  expect(told).toContain('nodes.root.steps[0]: there is no node nowhere');
  expect(told).toContain('a Switch never takes a step without condition');
  expect(told).toContain('no request is sent through its steps here');
});
