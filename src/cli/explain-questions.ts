/** `seatrial explain traffic` and `seatrial explain access`: what manifests or a cluster let through, and what they allow. */
import { customResourceDefinitions } from '../../sim/api/kinds/apiextensions.js';
import { pods, serviceAccounts, services } from '../../sim/api/kinds/core.js';
import {
  clusterRoleBindings,
  clusterRoles,
  roleBindings,
  roles,
} from '../../sim/api/kinds/rbac.js';
import type { HasMetadata, Kind } from '../../sim/api/object.js';
import { kubeconfigPath } from '../backends/kubeconfig-file.js';
import { surveyOf } from '../check/survey.js';
import { accessText } from '../explain/access-text.js';
import { accessAnswer, type AccessQuestion } from '../explain/access.js';
import { accountOf } from '../explain/account.js';
import { askedUrl } from '../explain/gateway-route.js';
import { knownOfCluster, knownOfManifests, type Known } from '../explain/known.js';
import { readReference } from '../explain/reference.js';
import { resourceNamed } from '../explain/resource-names.js';
import { trafficText } from '../explain/traffic-text.js';
import { trafficAnswer, trafficKinds } from '../explain/traffic.js';
import { writeError, writeOut } from '../host.js';
import { didYouMean, exitCodes, UserError } from '../input/errors.js';
import { readLive } from '../plan/live.js';
import { readPrinted } from '../plan/snapshot.js';
import { namedManifests } from './named-manifests.js';

/** From what the answers are reckoned. */
export interface QuestionFlags {
  readonly filename: readonly string[];
  readonly namespace?: string;
  readonly allNamespaces?: boolean;
  readonly subresource?: string;
  readonly url?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly cluster?: string;
  readonly at?: string;
  readonly output: string;
}

const spoken: readonly Kind<HasMetadata>[] = [pods, services];
const bound: readonly Kind<HasMetadata>[] = [
  clusterRoleBindings,
  clusterRoles,
  roleBindings,
  roles,
];
const accessKinds = [...bound, serviceAccounts, pods, customResourceDefinitions];

/** May FROM connect to TO: exit code 0 when all pods may, 1 when some may not. */
export async function explainTrafficBetween(
  words: readonly string[],
  flags: QuestionFlags,
): Promise<number> {
  const [from, to, ...more] = words;
  if (from === undefined || to === undefined || more.length > 0) {
    throw usage(
      `explain traffic takes two ends, not ${words.length}`,
      'seatrial explain traffic FROM TO:PORT, as: explain traffic web/deployment/shop serving/service/scorer:8080',
    );
  }
  const ends = [readReference(from), readReference(to)] as const;
  const known = await readKnown(flags, { kinds: trafficKinds, needed: spoken });
  const url = flags.url === undefined ? undefined : askedUrl(flags.url);
  const answer = trafficAnswer(known, ...ends, url);
  writeOut(flags.output === 'json' ? `${JSON.stringify(answer)}\n` : trafficText(answer));
  return answer.isAllowed ? exitCodes.pass : exitCodes.broken;
}

/** May WHO do it: exit code 0 when it may, 1 when not. */
export async function explainAccessOf(
  words: readonly string[],
  flags: QuestionFlags,
): Promise<number> {
  const [who, verb, what, ...more] = words;
  if (who === undefined || verb === undefined || what === undefined || more.length > 0) {
    throw usage(
      `explain access takes an account, a verb and a resource, not ${words.length} words`,
      'seatrial explain access WHO VERB RESOURCE[/NAME], as: explain access sa/trainer create jobs.batch -n ml',
    );
  }
  const known = await readKnown(flags, { kinds: accessKinds, needed: bound });
  const account = accountOf(known, who);
  const question = questionOf(known, { verb, what, flags });
  const answer = accessAnswer(known, account.user, question);
  writeOut(
    flags.output === 'json'
      ? `${JSON.stringify({ account: account.title, notes: account.notes, question, ...answer })}\n`
      : accessText(account, question, answer),
  );
  return answer.isAllowed ? exitCodes.pass : exitCodes.broken;
}

const verbs = [
  ...['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'],
  ...['bind', 'escalate', 'impersonate', 'use', 'approve', 'sign', 'attest', 'proxy', '*'],
];

function questionOf(
  known: Known,
  asked: { readonly verb: string; readonly what: string; readonly flags: QuestionFlags },
): AccessQuestion {
  const { verb, what, flags } = asked;
  const { subresource = '', allNamespaces = false } = flags;
  if (what.startsWith('/'))
    return { verb, group: '', resource: '', subresource: '', namespace: '', name: '', path: what };
  if (!verbs.includes(verb)) {
    const near = didYouMean(verb, verbs);
    const meant = near === undefined ? '' : `; did you mean ${near}?`;
    writeError(`warning: "${verb}" is no verb that Kubernetes knows${meant}\n`);
  }
  const slash = what.indexOf('/');
  const word = slash < 0 ? what : what.slice(0, slash);
  const name = slash < 0 ? '' : what.slice(slash + 1);
  const { group, resource, isNamespaced, warning } = resourceNamed(known, word);
  if (warning !== undefined) writeError(`warning: ${warning}\n`);
  const namespace = isNamespaced && !allNamespaces ? known.namespace : '';
  return { verb, group, resource, subresource, namespace, name, path: '' };
}

async function readKnown(
  flags: QuestionFlags,
  { kinds, needed }: Record<'kinds' | 'needed', readonly Kind<HasMetadata>[]>,
): Promise<Known> {
  const { filename, cluster, namespace } = flags;
  if (filename.length > 0) {
    if (cluster !== undefined || flags.at !== undefined) {
      throw usage(
        'manifests and a cluster both say what there is',
        'give -f alone, or leave it out',
      );
    }
    return knownOfManifests(surveyOf(namedManifests(filename)), namespace ?? 'default');
  }
  if (cluster !== undefined) return knownOfCluster(readPrinted(cluster), namespace ?? 'default');
  const live = await readLive(kubeconfigPath(flags.kubeconfig), {
    ...{ context: flags.context, at: flags.at, kinds, needed },
  });
  for (const resource of live.unread) writeError(`warning: not looked at: ${resource}\n`);
  return knownOfCluster(live.objects, namespace ?? live.namespace);
}

function usage(message: string, next: string): UserError {
  return new UserError(message, { exitCode: exitCodes.usage, code: 'not-a-question', next });
}
