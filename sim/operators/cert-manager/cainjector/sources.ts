/** Where the authority of an annotated object comes from. @upstream cert-manager v1.21.1 pkg/controller/cainjector/sources.go */
import { secrets, type Secret } from '../../../api/kinds/core.js';
import type { HasMetadata } from '../../../api/object.js';
import { standInRootCa } from '../../../api/root-ca.js';
import type { Reconciliation, View } from '../../../client/contract.js';
import { call, get } from '../../../client/requests.js';
import { keys } from '../keys.js';
import { toBytes } from '../material.js';
import { certificates } from '../types.js';
import { asks, placeOf, type Place } from './annotations.js';

/** The authority as bytes; undefined where there is none to be had until something changes. */
export type Found = { readonly ca: string } | { readonly retry: string } | undefined;

/** Reads the authority: of the first of its annotations in upstream's order. */
export function* authorityFor(object: HasMetadata, view: View): Reconciliation<Found> {
  const { annotations = {} } = object.metadata;
  const secret = annotations[asks.secret];
  if (secret !== undefined) return yield* ofSecret(placeOf(secret));
  const certificate = annotations[asks.certificate];
  if (certificate !== undefined) return yield* ofCertificate(placeOf(certificate), view);
  return annotations[asks.apiServer] === 'true' ? { ca: toBytes(standInRootCa) } : undefined;
}

/** The Secret must say that it may be named. */
function* ofSecret(place: Place): Reconciliation<Found> {
  return yield* read(place, ({ annotations = {} }) => annotations[asks.allowed] === 'true');
}

/** The Secret must be one that this Certificate has made: it says so, it is not owned. */
function* ofCertificate({ namespace, name }: Place, view: View): Reconciliation<Found> {
  const certificate = namespace === '' ? undefined : view.get(certificates, namespace, name);
  if (certificate === undefined) return undefined;
  return yield* read(
    { namespace, name: certificate.spec.secretName },
    ({ annotations = {} }) => annotations[keys.certificateName] === name,
  );
}

/** Past the cache, which has only the metadata of Secrets. */
function* read(
  { namespace, name }: Place,
  isFit: (metadata: Secret['metadata']) => boolean,
): Reconciliation<Found> {
  if (namespace === '') return undefined;
  const answer = yield* call(get(secrets, namespace, name));
  if (!answer.isOk) {
    return answer.status === 404 || answer.status === 403 ? undefined : { retry: answer.message };
  }
  const ca = answer.object.data?.['ca.crt'];
  return ca === undefined || !isFit(answer.object.metadata) ? undefined : { ca };
}
