/** The lane of nodes, where nodes come and go. */
import type { Lane, Line } from './lanes.js';
import type { Scene, SceneNode } from './scene.js';

const linesMax = 6;

/** How many nodes there are; undefined where that stays as it is. By GPU where there are several kinds. */
export function nodeLane({ nodes }: Scene, durationMs: number): Lane | undefined {
  const all = lineOf('nodes', nodes, durationMs);
  if (all.points.length < 2) return undefined;
  const products = [...new Set(nodes.map(({ product }) => product))].filter(name => name !== '');
  const byProduct = products.map(product =>
    lineOf(
      `with ${product}`,
      nodes.filter(node => node.product === product),
      durationMs,
    ),
  );
  return { title: 'Nodes', unit: '', lines: [all, ...byProduct.slice(0, linesMax - 1)] };
}

function lineOf(name: string, nodes: readonly SceneNode[], untilMs: number): Line {
  const turns = nodes.flatMap(({ changes }) => turnsOf(changes)).sort((a, b) => a.ms - b.ms);
  let count = 0;
  const points: (readonly [number, number])[] = [[0, 0]];
  for (const { ms, by } of turns) {
    count += by;
    if (points.at(-1)?.[0] === ms) points.pop();
    if (points.at(-1)?.[1] !== count) points.push([ms, count]);
  }
  return { name, points, untilMs };
}

/** When the node comes and when it is gone; what is there before the start comes with it. */
function turnsOf(changes: SceneNode['changes']): { readonly ms: number; readonly by: 1 | -1 }[] {
  let isThere = false;
  return changes.flatMap(({ ms, state }) => {
    const isNow = state !== undefined;
    if (isNow === isThere) return [];
    isThere = isNow;
    return [{ ms: Math.max(0, ms), by: isNow ? 1 : -1 }];
  });
}
