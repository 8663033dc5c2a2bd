/** How label selectors are printed. @upstream staging/src/k8s.io/apimachinery/pkg/labels/selector.go */
import type { LabelSelector } from '../../../api/kinds/meta.js';
import { compareText } from '../../../api/go-text.js';

const words: Readonly<Record<string, string>> = { In: 'in', NotIn: 'notin' };

/** The selector in the syntax of `-l`, requirements sorted by key; undefined when it is malformed. */
export function selectorText(selector: LabelSelector | undefined | null): string | undefined {
  if (!selector) return '';
  if (!printed.has(selector)) printed.set(selector, textOf(selector));
  return printed.get(selector);
}

/** What was printed before: autoscalers read the scale of one workload again and again. */
const printed = new WeakMap<LabelSelector, string | undefined>();

function textOf(selector: LabelSelector): string | undefined {
  const parts: { key: string; text: string }[] = [];
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
    parts.push({ key, text: `${key}=${value}` });
  }
  // Labels come in the order of their keys, expressions in their own; the sort by key is stable.
  parts.sort((left, right) => compareText(left.key, right.key));
  for (const { key, operator, values } of selector.matchExpressions ?? []) {
    const word = words[operator];
    if (word !== undefined) {
      const list = [...(values ?? [])].sort(compareText).join(',');
      parts.push({ key, text: `${key} ${word} (${list})` });
    } else if (operator === 'Exists') parts.push({ key, text: key });
    else if (operator === 'DoesNotExist') parts.push({ key, text: `!${key}` });
    else return undefined;
  }
  parts.sort((left, right) => compareText(left.key, right.key));
  return parts.map(part => part.text).join(',');
}

/** As most tables show it: `<none>` when it is empty, `<error>` when it is malformed. */
export function selectorCell(selector: LabelSelector | undefined | null): string {
  return (selectorText(selector) ?? '<error>') || '<none>';
}

/** The selector of a replication controller: a map. */
export function mapSelectorText(selector: Readonly<Record<string, string>> | undefined): string {
  return textOf({ matchLabels: selector ?? {} }) ?? '';
}
