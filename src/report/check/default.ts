/** The default reporter of `check`: for people, on a terminal; readable without colour. */
import type { Finding } from '../../check/finding.js';
import { voyageLines } from './voyage-text.js';
import { countsText, objectsText, type CheckReporter } from './report.js';

/** Errors and warnings in full, information in a line each, then the counts. */
export const defaultCheckReporter: CheckReporter = report => {
  const { findings, inputs, notes, silenced, hasCluster } = report;
  const serious = findings.filter(({ severity }) => severity !== 'info');
  const info = findings.filter(({ severity }) => severity === 'info');
  const lines = [
    `${objectsText(report)} in ${inputs.join(', ')}`,
    ...notes.map(note => `  ${note}`),
    ...serious.flatMap(full),
  ];
  if (info.length > 0) {
    lines.push('', 'What manifests alone cannot decide:');
    lines.push(...folded(info));
  }
  const known = silenced === 0 ? '' : `, ${silenced} silenced by the baseline`;
  lines.push('', `static pass: ${countsText(findings)}${known}`);
  if (!hasCluster) {
    lines.push(
      '  no cluster was named: what fits on its nodes was not asked (--config, --cluster)',
    );
  }
  const [first] = findings;
  if (first !== undefined) lines.push(`  more about a finding: npx seatrial explain ${first.id}`);
  if (report.voyages !== undefined) lines.push('', ...voyageLines(report.voyages, inputs));
  return `${lines.join('\n')}\n`;
};

/** What one missing Secret or class means to many objects is told once. */
function folded(info: readonly Finding[]): string[] {
  const groups = new Map<string, Finding[]>();
  for (const one of info) {
    const key = `${one.id} ${one.message}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].flatMap(([first, ...more]) => {
    if (first === undefined) return [];
    const line = `  ${first.id} ${place(first)} ${titled(first)}`;
    if (more.length === 0) return [line];
    const named = more.slice(0, alikeMax).map(one => one.object || place(one));
    const rest = more.length > alikeMax ? `, and ${more.length - alikeMax} more` : '';
    return [line, `    the same for ${[...new Set(named)].join(', ')}${rest}`];
  });
}

/** So many of those alike are named. */
const alikeMax = 3;

function full(finding: Finding): string[] {
  const { severity, id, rule, object, field, message, fix } = finding;
  const about = [object, field].filter(text => text !== '').join('  ');
  return [
    '',
    `${severity.padEnd(7)} ${id} ${rule}  ${place(finding)}`,
    ...(about === '' ? [] : [`  ${about}`]),
    `  ${message}`,
    `  fix: ${fix}`,
  ];
}

const place = ({ file, line }: Finding): string => `${file}:${line}`;
const titled = ({ object, message }: Finding): string =>
  object === '' ? message : `${object}: ${message}`;
