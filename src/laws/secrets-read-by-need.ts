/** Secrets are read only by accounts whose pods need them. */
import type { Container, Pod, ServiceAccount } from '../../sim/api/kinds/core.js';
import { operators } from '../../sim/operators/index.js';
import { namespaceOfAccount } from './kit/rights.js';
import { law, type Breach, type Outcome } from './law.js';
import { measured } from './story.js';
import type { World } from './world.js';

type Access = Extract<Outcome, { kind: 'access' }>;

/**
 * An account needs a secret when a pod that runs as it names the secret (in volumes, variables or as image
 * pull secret), or the account itself does, or an Ingress names it for its certificate. Reading all secrets
 * of a namespace needs all of them. The cluster's own accounts (kube-system), the modelled operators, which
 * come with the cluster and watch the secrets that they make, kubelets and people are not judged.
 */
export const secretsReadByNeed = law({
  name: 'secrets-read-by-need',
  family: 'security',
  says: 'a service account reads only the secrets that its pods, the account or an Ingress name',
  source: 'https://kubernetes.io/docs/concepts/security/secrets-good-practices/',
  begin() {
    const breaches: Breach[] = [];
    let looked = 0;
    return {
      outcome(outcome, world) {
        if (outcome.kind !== 'access' || outcome.resource !== 'secrets') return;
        if (!['get', 'list', 'watch'].includes(outcome.verb) || outcome.code >= 300) return;
        const home = namespaceOfAccount(outcome.user);
        if (home === undefined || home === 'kube-system' || ofOperators.has(outcome.user)) return;
        looked++;
        const needed = neededBy(outcome, world);
        const excess = readBy(outcome, world).filter(key => !needed.has(key));
        if (excess.length === 0) return;
        const { timeMs, user, verb } = outcome;
        breaches.push({
          timeMs,
          what: `${user} reads Secret ${excess.join(', ')}, which nothing of it needs`,
          objects: [user, ...excess.map(key => `Secret ${key}`)],
          evidence: [
            measured(timeMs, `${user} ${verb} secrets ${outcome.namespace} ${outcome.name}`),
          ],
        });
      },
      end: () => ({ looked, breaches }),
    };
  },
});

const ofOperators = new Set(
  Object.values(operators)
    .flatMap(({ process, others = [] }) => [process, ...others])
    .map(({ identity }) => identity.user),
);

function readBy({ namespace, name }: Access, world: World): readonly string[] {
  if (name !== '') return [`${namespace}/${name}`];
  const keys: string[] = [];
  for (const { metadata } of world.all('secrets')) {
    if (namespace !== '' && metadata.namespace !== namespace) continue;
    keys.push(`${metadata.namespace ?? ''}/${metadata.name ?? ''}`);
  }
  return keys;
}

function neededBy({ user }: Access, world: World): ReadonlySet<string> {
  const [, , home = '', account = ''] = user.split(':');
  const needed = new Set<string>();
  for (const pod of world.all('pods')) {
    const isOwn =
      pod.metadata.namespace === home && (pod.spec?.serviceAccountName ?? 'default') === account;
    if (isOwn) for (const name of namedBy(pod)) needed.add(`${home}/${name}`);
  }
  const own = world.get('serviceaccounts', `${home}/${account}`);
  for (const name of namedByAccount(own)) needed.add(`${home}/${name}`);
  for (const { metadata, spec } of world.all('ingresses.networking.k8s.io')) {
    for (const { secretName = '' } of spec?.tls ?? []) {
      needed.add(`${metadata.namespace ?? ''}/${secretName}`);
    }
  }
  return needed;
}

function namedBy({ spec }: Pod): readonly string[] {
  const volumes = (spec?.volumes ?? []).flatMap(({ secret, projected }) => [
    secret?.secretName,
    ...(projected?.sources ?? []).map(source => source.secret?.name),
  ]);
  const containers = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
  const pull = (spec?.imagePullSecrets ?? []).map(({ name }) => name);
  return known([...volumes, ...containers.flatMap(namedByContainer), ...pull]);
}

function namedByContainer({ env = [], envFrom = [] }: Container): readonly (string | undefined)[] {
  return [
    ...env.map(({ valueFrom }) => valueFrom?.secretKeyRef?.name),
    ...envFrom.map(({ secretRef }) => secretRef?.name),
  ];
}

function namedByAccount(account: ServiceAccount | undefined): readonly string[] {
  const { secrets = [], imagePullSecrets = [] } = account ?? {};
  return known([...secrets, ...imagePullSecrets].map(({ name }) => name));
}

function known(names: readonly (string | undefined)[]): readonly string[] {
  return names.filter(name => name !== undefined);
}
