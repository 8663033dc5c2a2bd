/** SEA006: the API server does not take the object. */
import { kubernetesVersion } from '../../version.js';
import { isRecord } from '../../../sim/api/equality.js';
import type { FieldPath } from '../../input/located.js';
import type { Entry } from '../entry.js';
import type { Rule } from '../rule.js';

const version = kubernetesVersion.replace(/^v(\d+\.\d+).*/, '$1');

/** The rule. */
export const serverRefuses: Rule = {
  id: 'SEA006',
  name: 'server-refuses',
  severity: 'error',
  title:
    'The API server refuses the object: its schema, its validation or admission has something against it.',
  why: 'kubectl apply prints this very message, and the object is not there.',
  fix: `change what the message names: it is the word of Kubernetes ${version}`,
  source: `seatrial: the simulated API server of Kubernetes ${version} was asked with fieldValidation=Strict, as kubectl does`,
  *find({ trial, cluster }) {
    for (const { entry, path, message, next } of trial.refusals) {
      // Whether a cluster has both families of addresses, only its configuration says.
      if (cluster.length === 0 && ofBothFamilies.test(message)) {
        const told = `it needs a cluster of IPv4 and IPv6; on another: ${message}`;
        yield { entry, path, message: told, severity: 'info', subject: message, fix: dualStack };
        continue;
      }
      // What is against the value, the message has said.
      const short = next?.replace(/^(change [^:]+): .*$/s, '$1');
      const told = short === undefined ? undefined : `${short} (Kubernetes ${version} was asked)`;
      const fix = unfilled(entry, path) ?? told;
      yield { entry, path, message, subject: message, ...(fix !== undefined && { fix }) };
    }
  },
};

const ofBothFamilies =
  /this cluster is not configured for dual-stack services$|"IPv6": not configured on this cluster$/;
const dualStack = 'have networking.ipFamily: dual where the cluster is configured';

/** What to do with a name that a shell, Flux or a reader was to replace before the object is applied. */
function unfilled({ manifest, title }: Entry, path: FieldPath): string | undefined {
  let value: unknown = manifest.object;
  for (const part of path) value = isRecord(value) || Array.isArray(value) ? at(value, part) : '';
  const text = path.length === 0 ? title : `${title} ${JSON.stringify(value) ?? ''}`;
  const [variable] = /\$\{[A-Za-z_][^}]*\}|\$[A-Za-z_]\w*/.exec(text) ?? [];
  if (variable !== undefined) {
    return `fill in ${variable} first: envsubst < ${manifest.file} | seatrial check -f -`;
  }
  const [place] = /<[A-Za-z][\w .:/-]*>/.exec(text) ?? [];
  return place === undefined ? undefined : `write a value in the place of ${place}`;
}

/** A field or an item. */
function at(value: object, part: string | number): unknown {
  // A cast: what has a key may be asked for it.
  return Object.hasOwn(value, part) ? (value as Record<string | number, unknown>)[part] : undefined;
}
