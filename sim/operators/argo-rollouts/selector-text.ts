/** A selector as the scale subresource tells it. @upstream apimachinery/pkg/apis/meta/v1/helpers.go FormatLabelSelector */
import { compareText } from '../../api/go-text.js';
import type { LabelSelector } from '../../api/kinds/meta.js';

const words: Readonly<Record<string, string>> = { In: 'in', NotIn: 'notin' };

/** In the syntax of `-l`, sorted by key. */
export function selectorText(selector: LabelSelector | undefined): string {
  const labels = Object.entries(selector?.matchLabels ?? {}).map(
    ([key, value]) => [key, `${key}=${value}`] as const,
  );
  const expressions = (selector?.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
    const word = words[operator];
    const text = operator === 'Exists' ? key : `!${key}`;
    const list = values.toSorted(compareText).join(',');
    return [key, word === undefined ? text : `${key} ${word} (${list})`] as const;
  });
  const parts = [...labels, ...expressions].sort(([one], [other]) => compareText(one, other));
  return parts.length === 0 ? '<none>' : parts.map(([, text]) => text).join(',');
}
