/** Manifests: the Kubernetes objects of a text of YAML or JSON, each with its file and line. */
import type { KubeObject } from '../../sim/api/object.js';
import { InputError } from './errors.js';
import { parseLocated, type FieldPath, type Located, type ReadingOptions } from './located.js';

/** An object of a manifest, and where it stands. */
export interface Manifest {
  readonly object: KubeObject;
  readonly file: string;
  readonly line: number;
  readonly document: Located;
  /** Where in the document it stands: nowhere below the top, but for items of a List. */
  readonly path: FieldPath;
}

/** The objects of a text. */
export function parseManifests(
  text: string,
  file: string,
  options: Omit<ReadingOptions, 'mayRepeat'> = {},
): Manifest[] {
  return parseLocated(text, file, { ...options, mayRepeat: true }).flatMap(document => {
    const line = document.lineOf([]);
    const object = document.value as KubeObject;
    if (typeof object !== 'object' || Array.isArray(object)) {
      throw new InputError(
        { file, line },
        'not a Kubernetes object: a map is needed',
        'begin it with apiVersion: and kind:',
      );
    }
    for (const field of ['apiVersion', 'kind'] as const) {
      if (typeof object[field] === 'string') continue;
      if (object[field] === undefined) {
        throw new InputError({ file, line, field }, 'is not set', `add ${field}: to the document`);
      }
      const place = { file, line: document.lineOf([field]), field };
      throw new InputError(place, 'is not a string', 'write one text after the colon');
    }
    const items = listItems(object);
    if (items !== undefined) {
      return items.map((item, index) => {
        const path = ['items', index];
        return { object: item, file, line: document.lineOf(path), document, path };
      });
    }
    return [
      { object: { ...object, metadata: object.metadata ?? {} }, file, line, document, path: [] },
    ];
  });
}

/** The items of a List, and of a PodList and its like: those inherit the kind that the list's name tells. */
function listItems(object: KubeObject): KubeObject[] | undefined {
  const { kind = '', apiVersion } = object;
  const items = object['items'];
  if (kind !== 'List' && !(kind.endsWith('List') && Array.isArray(items))) return undefined;
  const inherited = kind === 'List' ? {} : { apiVersion, kind: kind.slice(0, -'List'.length) };
  // The wire: what an item lacks is told where it is applied.
  return ((items ?? []) as readonly KubeObject[]).map(item => ({
    ...inherited,
    ...item,
    metadata: item.metadata ?? {},
  }));
}
