/** The annotations that ask for an authority, and what they name. @upstream cert-manager v1.21.1 pkg/controller/cainjector/indexers.go */
import type { HasMetadata } from '../../../api/object.js';

/** The annotations of objects that want one, and of Secrets that may be named directly. */
export const asks = {
  certificate: 'cert-manager.io/inject-ca-from',
  secret: 'cert-manager.io/inject-ca-from-secret',
  apiServer: 'cert-manager.io/inject-apiserver-ca',
  allowed: 'cert-manager.io/allow-direct-injection',
} as const;

/** A name in a namespace: '' where none is given. */
export interface Place {
  readonly namespace: string;
  readonly name: string;
}

/** What a text like `namespace/name` names. */
export function placeOf(text: string): Place {
  const at = text.indexOf('/');
  return at < 0
    ? { namespace: '', name: text }
    : { namespace: text.slice(0, at), name: text.slice(at + 1) };
}

/** Whether it asks at all, well or badly. */
export function isAsking({ metadata: { annotations = {} } }: HasMetadata): boolean {
  return [asks.certificate, asks.secret, asks.apiServer].some(
    key => annotations[key] !== undefined,
  );
}

/** The text of this annotation, by which the object is found: none where it has no namespace. */
export function named(
  { metadata }: HasMetadata,
  annotation: typeof asks.certificate | typeof asks.secret,
): readonly string[] {
  const text = metadata.annotations?.[annotation] ?? '';
  return placeOf(text).namespace === '' ? [] : [text];
}
