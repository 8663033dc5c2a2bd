/** A fault or an event of a scenario in words: what its YAML says, on one line. */

/** `gpu pod worker-2, xid 79`. */
export function inWords(value: unknown): string {
  if (Array.isArray(value)) return value.map(inWords).join(' ');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([name, part]) => (part === true ? name : `${name} ${inWords(part)}`))
    .join(', ');
}
