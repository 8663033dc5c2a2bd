/** The backends by their names: `sim`, which scenarios run on unless told otherwise, and the real ones. */
import { exitCodes, UserError, didYouMean } from '../input/errors.js';
import { controlPlaneBackend } from './control-plane-cluster.js';
import { k3sBackend } from './k3s.js';
import { kindBackend } from './kind-backend.js';
import { kubeconfigBackend } from './kubeconfig-backend.js';
import type { RealBackend } from './real-backend.js';

/** Those with a real API server. */
export const realBackends: readonly RealBackend[] = [
  controlPlaneBackend,
  kindBackend,
  k3sBackend,
  kubeconfigBackend,
];

/** What `--backend` says: undefined for the simulation. */
export interface ChosenBackend {
  readonly backend: RealBackend;
  readonly argument?: string;
}

/**
 * Reads `NAME` or `NAME:ARGUMENT`.
 *
 * @throws UserError when there is no such backend.
 */
export function backendNamed(text: string): ChosenBackend | undefined {
  const colon = text.indexOf(':');
  const name = colon < 0 ? text : text.slice(0, colon);
  if (name === 'sim') return undefined;
  const backend = realBackends.find(known => known.name === name);
  if (backend !== undefined) {
    return colon < 0 ? { backend } : { backend, argument: text.slice(colon + 1) };
  }
  const names = ['sim', ...realBackends.map(known => known.name)];
  const near = didYouMean(name, names);
  throw new UserError(`there is no backend ${name}`, {
    exitCode: exitCodes.usage,
    code: 'unknown-backend',
    next: near === undefined ? `there are: ${names.join(', ')}` : `did you mean ${near}?`,
  });
}
