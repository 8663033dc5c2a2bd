/** Reads fields as the API server writes them: `spec.containers[0].image`, `metadata.labels[a.b/c]`. */
import type { FieldPath } from './located.js';

/** The path of a field's text. */
export function parseField(text: string): FieldPath {
  const parts: (string | number)[] = [];
  for (const [, name, key] of text.matchAll(/([^.[\]]+)|\[([^\]]*)\]/g)) {
    const part = name ?? key ?? '';
    parts.push(key !== undefined && /^\d+$/.test(key) ? Number(key) : part);
  }
  return parts;
}
