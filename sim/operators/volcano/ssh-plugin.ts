/** The plug-in ssh: keys by which the pods of a job reach each other. @upstream volcano v1.15.1 pkg/controllers/job/plugins/ssh/ssh.go */
import { base64OfBytes } from '../../api/base64.js';
import { secrets, type Pod } from '../../api/kinds/core.js';
import type { Random } from '../../engine/random.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, create, get, update } from '../../client/requests.js';
import type { Failure, JobPlugin } from './job-plugins.js';
import { argumentOf } from './plugin-arguments.js';
import { withMount } from './pod-edits.js';
import { owned, removeIfThere } from './svc-plugin.js';
import { hostsOf } from './task-names.js';
import type { Job } from './types.js';

const rootPath = '/root/.ssh';
const files = ['id_rsa', 'id_rsa.pub', 'authorized_keys', 'config'];

/** The plug-in. */
export const ssh: JobPlugin = {
  onPodCreate: keyedPod,
  *onJobAdd(job, given, random) {
    return yield* writeSecret(job, dataOf(job, given, random));
  },
  *onJobDelete(job) {
    return yield* removeIfThere(secrets, job.metadata.namespace ?? '', secretName(job));
  },
};

function secretName(job: Job): string {
  return `${job.metadata.name ?? ''}-ssh`;
}

function keyedPod(pod: Pod, job: Job, given: readonly string[]): Pod {
  const mountPath = argumentOf(given, 'ssh-key-file-path', rootPath);
  const name = secretName(job);
  const items = files.map(file => ({ key: file, path: `.ssh/${file}` }));
  const defaultMode = mountPath === rootPath ? 0o600 : 0o644;
  const volume = { name, secret: { secretName: name, items, defaultMode } };
  return withMount(pod, volume, { mountPath, subPath: '.ssh' });
}

/** Nobody in here signs anything: the keys are noise in the form of keys. */
function dataOf(
  job: Job,
  given: readonly string[],
  random: Random,
): Readonly<Record<string, string>> {
  const noise = (): string =>
    base64OfBytes(Uint8Array.from({ length: 279 }, () => random.integer(256)));
  const made = `-----BEGIN RSA PRIVATE KEY-----\n${noise()}\n-----END RSA PRIVATE KEY-----\n`;
  const own = argumentOf(given, 'ssh-private-key', '');
  const isOwn = own !== '';
  const publicKey = isOwn ? argumentOf(given, 'ssh-public-key', '') : `ssh-rsa ${noise()}\n`;
  const texts = [isOwn ? own : made, publicKey, publicKey, sshConfig(job, given)];
  return Object.fromEntries(files.map((file, index) => [file, encoded(texts[index] ?? '')]));
}

function encoded(text: string): string {
  return base64OfBytes(new TextEncoder().encode(text));
}

function sshConfig(job: Job, given: readonly string[]): string {
  const asked = Number(argumentOf(given, 'ssh-port', '22'));
  const port = asked > 0 && asked <= 65_535 ? asked : 22;
  const hosts = (job.spec.tasks ?? [])
    .flatMap(task => hostsOf(job, task))
    .map(({ host, domain }) => `Host ${host}\n  HostName ${host}.${domain}\n  Port ${port}\n`);
  return `StrictHostKeyChecking no\nUserKnownHostsFile /dev/null\n${hosts.join('')}`;
}

function* writeSecret(job: Job, data: Readonly<Record<string, string>>): Reconciliation<Failure> {
  const metadata = owned(job, secretName(job));
  const found = yield* call(get(secrets, metadata.namespace, metadata.name));
  if (!found.isOk && found.status !== 404) return found.message;
  const answer = found.isOk
    ? yield* call(update(secrets, { ...found.object, data }))
    : yield* call(create(secrets, { metadata, data }));
  return answer.isOk ? undefined : answer.message;
}
