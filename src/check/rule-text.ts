/** A rule in words: what `seatrial explain SEA203` prints. */
import type { Rule } from './rule.js';

/** The rule in lines. */
export function ruleText({ id, name, severity, title, why, fix, source }: Rule): string {
  const lines = [
    `${id} ${name} (${severity}, unless a finding says otherwise)`,
    '',
    title,
    '',
    `why it bites:  ${why}`,
    `how to fix it: ${fix}`,
    `source:        ${source}`,
  ];
  return `${lines.join('\n')}\n`;
}
