/** Reads and writes the scale of an autoscaler's target. @upstream client-go/scale/client.go */
import { goQuote } from '../../api/go-text.js';
import type { HorizontalPodAutoscaler } from '../../api/kinds/autoscaling.js';
import type { ObjectMeta } from '../../api/kinds/meta.js';
import type { Answer, Reconciliation, Request } from '../../client/contract.js';
import { call, pathOf, pause } from '../../client/requests.js';
import type { RestMapper } from '../control/rest-mapper.js';
import { scaleSelector } from './scale-selector.js';

/** A Scale of autoscaling/v1. */
export interface Scale {
  readonly metadata: ObjectMeta;
  readonly spec?: { readonly replicas?: number };
  readonly status?: { readonly replicas?: number; readonly selector?: string };
}

/** Where a scale is. */
export interface ScaleTarget {
  readonly path: string;
}

/** Finds the scale of the autoscaler's target, or tells why there is none. */
export function* getScale(
  { spec, metadata }: HorizontalPodAutoscaler,
  { mapper, readScale }: { readonly mapper: RestMapper; readonly readScale: ReadScale },
): Reconciliation<
  { readonly scale: Scale; readonly target: ScaleTarget } | { readonly error: string }
> {
  const { apiVersion = '', kind, name } = spec.scaleTargetRef;
  const parts = apiVersion.split('/');
  if (parts.length > 2) {
    return { error: `unexpected GroupVersion string: ${apiVersion}` };
  }
  const group = parts.length === 2 ? (parts[0] ?? '') : '';
  const mapped = yield* mapper.resourcesOf(group, kind);
  if ('error' in mapped) return mapped;
  let firstError: string | undefined;
  const tried = new Set<string>();
  for (const resource of mapped) {
    if (tried.has(resource.resource)) continue;
    tried.add(resource.resource);
    const path = pathOf(resource, metadata.namespace ?? '', name, 'scale');
    const request: Request<Scale> = { method: 'GET', path };
    const answer = yield* call(request);
    const found = answer.isOk ? readScale(answer.object) : { error: errorText(answer) };
    if (!('error' in found)) return { scale: found, target: { path } };
    firstError ??= found.error;
  }
  return { error: firstError ?? 'unrecognized resource' };
}

/** What a client makes of a scale that was answered. */
export type ReadScale = (scale: Scale) => Scale | { readonly error: string };

/** Reads a scale as client-go's client of scales does. */
export function readScale(scale: Scale): ReturnType<ReadScale> {
  const { status } = scale;
  const text = status?.selector ?? '';
  const selector = scaleSelector(text);
  if (!selector.isOk) return selector;
  return selector.value === text
    ? scale
    : { ...scale, status: { ...status, selector: selector.value } };
}

/** Sets the size, trying again when the scale has changed meanwhile; returns the error, if there is one. */
export function* setScale(
  scale: Scale,
  { path }: ScaleTarget,
  replicas: number,
): Reconciliation<string | undefined> {
  let latest = scale;
  for (let attempt = 1; ; attempt++) {
    const body = { ...latest, spec: { ...latest.spec, replicas } };
    const answer = yield* call<Scale>({ method: 'PUT', path, body });
    if (answer.isOk) return undefined;
    const again = yield* call<Scale>({ method: 'GET', path });
    if (again.isOk) latest = again.object;
    if (answer.reason !== 'Conflict' || attempt === attemptsMax) return errorText(answer);
    yield* pause(conflictPauseMs);
  }
}

function errorText({ message, status }: Answer & { readonly isOk: false }): string {
  return message === '' ? `an error on the server (${goQuote(String(status))})` : message;
}

/** client-go's retry.DefaultRetry. */
const attemptsMax = 5;
const conflictPauseMs = 10;
