/** A pod's verdict as text: the answer first, then the nodes, then what would change it. */
import { editText } from './edits.js';
import { growthLines } from './growth.js';
import { lackingText } from './lacking.js';
import type { NodeVerdict, PodVerdict } from './verdict.js';

/** The verdict in lines. */
export function verdictText(verdict: PodVerdict): string {
  return `${[...answer(verdict), ...groupLines(verdict), ...nodeLines(verdict.nodes), ...remedy(verdict)].join('\n')}\n`;
}

function answer({ pod, runsOn, ended, node, message, gates, group }: PodVerdict): string[] {
  const lines: string[] = [];
  if (runsOn !== undefined) {
    const how =
      ended === undefined ? `runs on ${runsOn}` : `ran on ${runsOn} and ${ended.toLowerCase()}`;
    lines.push(`pod ${pod} ${how}; asked about it anew:`);
  }
  if (gates.length > 0) lines.push(`pod ${pod} is not looked at: ${gates.join('; ')}`);
  const isHeld = group?.starts === false && group.known > 0;
  if (node !== undefined && isHeld) lines.push(`pod ${pod} waits for its pod group ${group.name}`);
  else if (node !== undefined) lines.push(`pod ${pod} would get node ${node}`);
  else lines.push(`pod ${pod} waits: ${message ?? 'no node'}`);
  return lines;
}

/** How far the pods of the group would come together. */
function groupLines({ group }: PodVerdict): string[] {
  if (group === undefined) return [];
  const { name, minCount, known, scheduled, placed, unplaced, starts } = group;
  const needs = minCount === undefined ? 'starts pod by pod' : `needs ${minCount} pods at once`;
  const fate = starts ? 'it would start' : 'it would not start';
  const counts = `${known} known, ${scheduled} with a node, ${placed.length} more would fit`;
  const lines = ['', `pod group ${name} ${needs}: ${counts}; ${fate}`];
  const shown = unplaced.slice(0, namesMax).map(({ pod, message }) => `  ${pod}: ${message}`);
  const rest = unplaced.length - shown.length;
  return [...lines, ...shown, ...(rest > 0 ? [`  and ${rest} more`] : [])];
}

/** Nodes of which the same is said stand together. */
function nodeLines(nodes: readonly NodeVerdict[]): string[] {
  const groups = new Map<string, string[]>();
  for (const verdict of nodes) {
    const body = bodyOf(verdict).join('\n');
    groups.set(body, [...(groups.get(body) ?? []), verdict.node]);
  }
  return [...groups].flatMap(([body, names]) => ['', `${namesText(names)}:`, body]);
}

function bodyOf({ isFeasible, refusals, scores, total }: NodeVerdict): string[] {
  if (isFeasible) {
    const each = Object.entries(scores ?? {}).map(([name, score]) => `${name} ${score}`);
    const score = total === undefined ? '' : `, score ${total} (${each.join(', ')})`;
    return [`  yes${score}`];
  }
  if (refusals.length === 0) return ['  no'];
  return refusals.map(({ plugin, reasons, detail }) => {
    const more = detail === undefined ? '' : `: ${detail}`;
    return `  no   ${plugin}: ${reasons.join(', ')}${more}`;
  });
}

const namesMax = 6;

function namesText(names: readonly string[]): string {
  const shown = names.slice(0, namesMax).join(', ');
  const rest = names.length > namesMax ? ` and ${names.length - namesMax} more` : '';
  return `node${names.length > 1 ? 's' : ''} ${shown}${rest}`;
}

function remedy({ preemption, change, node, gates, growth, lacking }: PodVerdict): string[] {
  const lines: string[] = [];
  if (preemption !== undefined) {
    const victims = preemption.victims.join(', ');
    lines.push('', `preemption would evict ${victims} from ${preemption.node}`);
  }
  if (change !== undefined) {
    lines.push('', `the smallest change found (it would run on ${change.node}):`);
    lines.push(...change.edits.map(edit => `  ${editText(edit)}`));
  } else if (growth?.groups.length !== undefined && growth.groups.length > 0) {
    lines.push('', 'no small change found on these nodes');
  } else if (node === undefined && gates.length === 0) {
    const why = lacking && lackingText(lacking);
    const text = why ?? 'it takes another node, or fewer pods on these';
    lines.push('', `no small change found: ${text}`);
  }
  if (growth !== undefined) lines.push('', ...growthLines(growth));
  return lines;
}
