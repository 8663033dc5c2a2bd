/** The next step after a refusal: which field to add or change, on which line. */
import { operators } from '../../sim/operators/index.js';
import type { Applied } from '../cluster.js';
import type { Manifest } from '../input/manifests.js';
import { complaintsOf, type Complaint } from '../input/refusal.js';

/** What a refusal comes to for who reads it. */
export interface Advice {
  /** Where to look first: `web.yaml:7`. */
  readonly place: string;
  /** One line for each thing to do, with its place. */
  readonly next: readonly string[];
}

/** Where in the manifest a refusal points, and what to do there. */
export function adviceFor({ message = '', causes }: Applied, manifest: Manifest): Advice {
  const { object, file, line } = manifest;
  const complaints = complaintsOf(object, { message, ...(causes !== undefined && { causes }) });
  const placeOf = ({ path }: Complaint): string =>
    `${file}:${manifest.document.lineOf([...manifest.path, ...path])}`;
  const fromServer = complaints.flatMap(complaint =>
    complaint.next === undefined ? [] : [`${placeOf(complaint)}: ${complaint.next}`],
  );
  const fromOperators = Object.values(operators).flatMap(
    operator => operator.hints?.(object) ?? [],
  );
  const [first] = complaints;
  return {
    place: first === undefined ? `${file}:${line}` : placeOf(first),
    next: [...fromServer, ...fromOperators.map(hint => `${file}: ${hint}`)],
  };
}
