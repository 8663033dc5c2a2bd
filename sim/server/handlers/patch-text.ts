/**
 * The text of a patched document as evanphx/json-patch leaves it: maps that it took apart are sorted,
 * all others keep the order in which Go wrote them.
 * @upstream apiserver/pkg/endpoints/handlers/patch.go, gopkg.in/evanphx/json-patch.v4
 */
import { isRecord } from '../../api/equality.js';
import { compareText, goJson } from '../../api/go-text.js';
import type { JsonPatchOperation } from '../../api/patch/json-patch.js';

/** The maps and lists that a patch took apart, by key. */
export interface Touched {
  readonly [key: string]: Touched;
}

type Growing = { [key: string]: Growing };

/** What a merge patch takes apart: all that it names maps in, also in its lists. */
export function touchedByMerge(patch: unknown): Touched {
  const touched: Growing = {};
  if (typeof patch !== 'object' || patch === null) return touched;
  for (const [key, value] of Object.entries(patch)) {
    if (isRecord(value) || Array.isArray(value)) touched[key] = touchedByMerge(value);
  }
  return touched;
}

/** What the operations of a JSON patch take apart: the containers on their paths. */
export function touchedByOperations(operations: readonly JsonPatchOperation[]): Touched {
  const root: Growing = {};
  for (const { path = '', from = '' } of operations) {
    for (const pointer of [path, from]) {
      let node = root;
      for (const segment of pointer.split('/').slice(1, -1)) {
        node = node[segment.replaceAll('~1', '/').replaceAll('~0', '~')] ??= {};
      }
    }
  }
  return root;
}

/** The document's text. */
export function patchedText(value: unknown, touched: Touched | undefined): string {
  if (touched === undefined) return goJson(value);
  if (Array.isArray(value)) {
    const items = value.map((item, index) => patchedText(item, touched[String(index)]));
    return `[${items.join(',')}]`;
  }
  if (!isRecord(value)) return goJson(value);
  const parts = Object.keys(value)
    .filter(key => value[key] !== undefined)
    .sort(compareText)
    .map(key => `${goJson(key)}:${patchedText(value[key], touched[key])}`);
  return `{${parts.join(',')}}`;
}
