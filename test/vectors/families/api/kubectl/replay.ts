/** Replays one transcript: real kubectl processes against a control plane of their own. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { realNowMs } from '../../../../../src/host.js';
import { eachBeside, pause, runCommand, type Runner } from './command.js';
import { normalised, type Folders } from './normal.js';
import { serveCluster, type ServedCluster } from './served-cluster.js';
import type { Ended, Step, Transcript } from './transcript.js';

const eventuallyMs = 20_000;
const pollMs = 150;
/** Real seconds and virtual ones are alike: kubectl's own timeouts are told in the transcripts. */
const speed = 1;

/** Where and how a transcript failed; undefined: it passed. */
export async function replayTranscript(
  transcript: Transcript,
  kubectl: string,
): Promise<string | undefined> {
  const cluster = await serveCluster(speed);
  const root = mkdtempSync(join(tmpdir(), 'seatrial-kubectl-'));
  try {
    const folders = prepareFolders(root, transcript, cluster);
    await makeNamespace(cluster, transcript.namespace);
    const run = new TranscriptRun(kubectl, folders);
    for (const [index, step] of transcript.steps.entries()) {
      const lines = await run.step(step);
      if (lines.length === 0) continue;
      return [`step ${index + 1}: kubectl ${step.argv.join(' ')}`, ...lines].join('\n    ');
    }
    return undefined;
  } finally {
    await cluster.close();
    rmSync(root, { recursive: true });
  }
}

class TranscriptRun {
  private readonly saved = new Map<string, string>();
  private readonly runner: Runner;

  constructor(
    kubectl: string,
    private readonly folders: Folders,
  ) {
    const fill = (text: string): string =>
      text.replaceAll(/\{\{var:(\w+)\}\}/g, (_, name: string) => this.saved.get(name) ?? '');
    this.runner = { kubectl, folders, fill };
  }

  /** One step; the answer is the list of differences. */
  async step(step: Step): Promise<readonly string[]> {
    const deadlineMs = realNowMs() + eventuallyMs;
    for (;;) {
      const { lines, stdout } = await this.once(step);
      if (lines.length > 0 && step.eventually === true && realNowMs() < deadlineMs) {
        await pause(pollMs);
        continue;
      }
      if (step.save !== undefined) this.saved.set(step.save, stdout.trim());
      if (step.thenWaitSeconds !== undefined) await pause(step.thenWaitSeconds * 1000);
      return lines;
    }
  }

  private async once(step: Step): Promise<{ lines: readonly string[]; stdout: string }> {
    const { during } = step;
    const failures: string[] = [];
    const beside = async (inner: Step): Promise<void> => {
      const lines = await this.step(inner);
      if (lines.length > 0) failures.push(`during kubectl ${inner.argv.join(' ')}:`, ...lines);
    };
    const got = await runCommand(step, this.runner, during && (() => eachBeside(during, beside)));
    const lines = failures.length > 0 ? failures : compare(step, got, this.folders);
    return { lines, stdout: got.stdout };
  }
}

function compare({ expect, sortLines }: Step, got: Ended, folders: Folders): string[] {
  const order = (text: string): string[] => {
    const lines = text.split('\n');
    return sortLines === true ? lines.sort() : lines;
  };
  const found = expect.code === got.code ? [] : [`code: expected ${expect.code}, got ${got.code}`];
  for (const stream of ['stdout', 'stderr'] as const) {
    const want = order(normalised(expect[stream]));
    const have = order(normalised(got[stream], folders));
    const lines = lineDifferences(want, have);
    if (lines.length > 0) found.push(`${stream}:`, ...lines);
  }
  return found;
}

function lineDifferences(want: readonly string[], have: readonly string[]): string[] {
  const count = Math.max(want.length, have.length);
  return Array.from({ length: count }, (_, index) => index).flatMap(index => {
    const [wanted, had] = [want[index], have[index]];
    if (wanted === had) return [];
    return [
      ...(wanted === undefined ? [] : [`- ${wanted}`]),
      ...(had === undefined ? [] : [`+ ${had}`]),
    ];
  });
}

function prepareFolders(root: string, transcript: Transcript, cluster: ServedCluster): Folders {
  const folders = { home: join(root, 'home'), dir: join(root, 'dir') };
  mkdirSync(join(folders.home, '.kube'), { recursive: true });
  mkdirSync(folders.dir);
  for (const [name, text] of Object.entries(transcript.files ?? {})) {
    const path = join(folders.dir, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  const config = JSON.stringify(kubeconfig(transcript.namespace, cluster));
  writeFileSync(join(folders.home, '.kube/config'), config);
  return folders;
}

function kubeconfig(namespace: string, { server, authority, keys }: ServedCluster) {
  const base64 = (pem: string): string => Buffer.from(pem).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'sim',
    clusters: [
      { name: 'sim', cluster: { server, 'certificate-authority-data': base64(authority) } },
    ],
    users: [
      {
        name: 'admin',
        user: {
          'client-certificate-data': base64(keys.certificate),
          'client-key-data': base64(keys.key),
        },
      },
    ],
    contexts: [{ name: 'sim', context: { cluster: 'sim', user: 'admin', namespace } }],
  };
}

/** Makes the namespace and waits for what controllers put into it. */
async function makeNamespace(cluster: ServedCluster, name: string): Promise<void> {
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
  await cluster.call('POST', '/api/v1/namespaces', body);
  for (const path of ['serviceaccounts/default', 'configmaps/kube-root-ca.crt']) {
    const deadlineMs = realNowMs() + eventuallyMs;
    for (;;) {
      const { status } = await cluster.call('GET', `/api/v1/namespaces/${name}/${path}`);
      if (status === 200) break;
      if (realNowMs() > deadlineMs) throw new Error(`${path} was never made`);
      await pause(20);
    }
  }
}
