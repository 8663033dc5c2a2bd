/**
 * Feature gates that change what the simulation does, and what a server has only behind them.
 * @upstream pkg/features/kube_features.go
 */
import { gatedFacts } from './generated/gated.js';

/** Gates by name; one that is not named has its default. */
export type FeatureGates = Readonly<Record<string, boolean>>;

/** The gates that the simulation knows, all off by default, with those that each needs. */
export const knownGates: Readonly<Record<string, readonly string[]>> = {
  GenericWorkload: [],
  GangScheduling: ['GenericWorkload'],
  WorkloadWithJob: ['GenericWorkload'],
};

/** What else a server has when a gate is on. */
export interface GatedFact {
  readonly gate: string;
  /** A version of an API group, as aggregated discovery tells it. */
  readonly discovery?: { readonly group: string; readonly version: { readonly version: string } };
  /** Bootstrap roles and bindings, by resource. */
  readonly rbac?: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
  /** Rules that bootstrap cluster roles have besides, by the role's name. */
  readonly rules?: Readonly<Record<string, readonly unknown[]>>;
  /** Other bootstrap objects, by the path of their collection; they go with the version. */
  readonly objects?: Readonly<Record<string, readonly unknown[]>>;
}

/** Which API versions are served: kube-apiserver's --runtime-config. */
export type RuntimeConfig = Readonly<Record<string, string>>;

/** Whether the version is served: `api/all`, `api/alpha`, then the version itself decide. */
export function isServed(runtimeConfig: RuntimeConfig, groupVersion: string): boolean {
  const named =
    runtimeConfig[groupVersion] ?? runtimeConfig['api/alpha'] ?? runtimeConfig['api/all'];
  return named !== undefined && named !== 'false';
}

/** What gates that are on add to a server, without the versions that are not served. */
export function gatedParts(gates: FeatureGates, config: RuntimeConfig): readonly GatedFact[] {
  // Without a gate nothing is read: that is how nearly all clusters run.
  if (!Object.values(gates).includes(true)) return [];
  return (gatedFacts() as readonly GatedFact[])
    .filter(({ gate }) => gates[gate] === true)
    .map(fact => {
      const { discovery, objects: _objects, ...rest } = fact;
      if (discovery === undefined) return fact;
      const groupVersion = `${discovery.group}/${discovery.version.version}`;
      return isServed(config, groupVersion) ? fact : rest;
    });
}
