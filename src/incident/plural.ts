/** How resources are named after their kinds. */

/** The plural of a kind, as the API's own kinds have it. */
export function pluralOf(kind: string): string {
  const lower = kind.toLowerCase();
  if (/(s|x|ch)$/.test(lower) && lower !== 'endpoints') return `${lower}es`;
  return lower.endsWith('y') ? `${lower.slice(0, -1)}ies` : lower.replace(/(?<!s)$/, 's');
}
