/** What accounts ask the API server for: within their rights, and beyond them. */
import fc from 'fast-check';
import type { KubeObject } from '../../sim/api/object.js';
import type { Happening } from '../scenario/happening.js';
import { binding, role, type Place } from './manifests.js';
import type { Maker, Scene } from './scene.js';

/** What the accounts of a scene ask for. */
export function asks(scene: Scene): fc.Arbitrary<Happening> {
  const { secrets, makers } = scene;
  return fc.oneof(
    { weight: 4, arbitrary: looks(scene) },
    ...(secrets.length === 0 ? [] : [{ weight: 4, arbitrary: readings(scene) }]),
    ...(makers.length === 0
      ? []
      : [{ weight: 4, arbitrary: fc.constantFrom(...makers).chain(grants) }]),
  );
}

/** Secrets are not read here: whoever has the right and no need would break a law by that alone. */
function looks({ accounts, namespaces }: Scene): fc.Arbitrary<Happening> {
  const places = namespaces.length === 0 ? ['default'] : namespaces;
  return fc
    .record({
      as: fc.constantFrom(...accounts),
      verb: fc.constantFrom('get' as const, 'list' as const, 'list' as const, 'delete' as const),
      kind: fc.constantFrom('Pod', 'ConfigMap', 'Secret', 'Deployment'),
      namespace: fc.constantFrom(...places),
    })
    .map(({ as, verb, kind, namespace }) => {
      const apiVersion = kind === 'Deployment' ? 'apps/v1' : 'v1';
      const name = kind === 'ConfigMap' ? 'kube-root-ca.crt' : 'a';
      const target = { apiVersion, kind, namespace, name };
      return { kind: 'ask' as const, as, verb: kind === 'Secret' ? 'delete' : verb, target };
    });
}

/** Secrets are read by those who need them, and asked for by those to whom nobody gave a right. */
function readings({ secrets, strangers }: Scene): fc.Arbitrary<Happening> {
  return fc.constantFrom(...secrets).chain(({ user, namespace, name }) =>
    fc
      .record({
        as: fc.constantFrom(user, user, ...strangers),
        verb: fc.constantFrom('get' as const, 'list' as const),
      })
      .map(({ as, verb }) => ({
        kind: 'ask' as const,
        as,
        // One secret is what is needed, the list of all is more.
        verb: as === user ? ('get' as const) : verb,
        target: { apiVersion: 'v1', kind: 'Secret', namespace, name },
      })),
  );
}

/** Who may write roles or bindings tries to give rights: some that it has, some that it has not. */
function grants({ user, namespace, name, writes }: Maker): fc.Arbitrary<Happening> {
  return fc
    .record({
      made: fc.constantFrom('x', 'y'),
      isOwn: fc.boolean(),
      verb: fc.constantFrom('get', 'create'),
    })
    .map(({ made, isOwn, verb }) => {
      const place: Place = { namespace, name: made };
      const object: KubeObject =
        writes === 'roles'
          ? role(place, { resource: isOwn ? rbac(writes) : 'secrets', verbs: [verb] })
          : binding(place, isOwn ? { kind: 'Role', name } : { kind: 'ClusterRole', name: 'edit' }, {
              namespace,
              name,
            });
      return { kind: 'apply' as const, object, as: user };
    });
}

function rbac(resource: string): string {
  return `rbac.authorization.k8s.io/${resource}`;
}
