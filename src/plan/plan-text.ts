/** A plan as text: the answer first, then what fits where, what waits and why, and who would have to go. */
import { editText } from './edits.js';
import { growthLines } from './growth.js';
import { lackingText } from './lacking.js';
import type { Plan } from './plan.js';

/** The plan in lines. */
export function planText(plan: Plan): string {
  const { placed, preempted, notMade, waitingBefore, replaced } = plan;
  const waiting = plan.waiting.reduce((sum, { pods }) => sum + pods.length, 0);
  const { growth } = plan;
  const isLater = growth !== undefined && growth.groups.length > 0;
  const fitting = isLater ? 'all fits once node groups have grown' : 'all fits';
  const answer = plan.fits ? fitting : 'not all fits';
  const counts = `${placed.length} placed, ${waiting} waiting, ${preempted.length} preempted`;
  const lines = [
    `${answer}: ${counts}`,
    ...section('placed', byNode(plan)),
    ...section(
      'waiting',
      plan.waiting.flatMap(one => waitingLines(one, isLater)),
    ),
    ...section('node groups', growth === undefined ? [] : growthLines(growth)),
    ...section(
      'preempted',
      preempted.map(({ pod, node, by }) => `${pod} on ${node}, by ${by === '' ? 'another' : by}`),
    ),
    ...section(
      'pods refused',
      notMade.map(({ object, message }) => `${object}: ${message}`),
    ),
    ...section('waiting already before', waitingBefore),
    ...section('replaced by their workload (rolling steps are not played)', replaced),
  ];
  return `${lines.join('\n')}\n`;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `${title}:`, ...lines.map(line => `  ${line}`)];
}

function byNode({ placed }: Plan): string[] {
  const nodes = new Map<string, string[]>();
  for (const { pod, node } of placed) nodes.set(node, [...(nodes.get(node) ?? []), pod]);
  return [...nodes].map(([node, pods]) => `${node}: ${pods.join(', ')}`);
}

function waitingLines(
  { pods, message, change, lacking }: Plan['waiting'][number],
  isLater: boolean,
): string[] {
  // Nodes of a group that grows bring what these lack.
  const why = lacking === undefined || isLater ? [] : [`  ${lackingText(lacking)}`];
  const lines = [`${pods.join(', ')}: ${message}`, ...why];
  if (change === undefined) return lines;
  const edits = change.edits.map(editText).join('; ');
  return [...lines, `  the smallest change found (for ${change.node}): ${edits}`];
}
