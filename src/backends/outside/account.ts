/** A Deployment's service account for a program outside: it may do what its roles say, and no more. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Deployment } from '../../../sim/api/kinds/apps.js';
import { serviceAccounts } from '../../../sim/api/kinds/core.js';
import { pathOf } from '../../../sim/client/requests.js';
import type { Reader } from './reader.js';

const validSeconds = 24 * 3600;

/** Where every pod has the files of its account, and programs look for their namespace. */
const podFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

/** What reaches the cluster. */
interface Way {
  readonly server: string;
  /** Base64 of the PEM. */
  readonly authority: string;
}

/** What the program is given. */
export interface Account {
  /** As YAML, of which JSON is a part. */
  readonly kubeconfig: string;
  readonly token: string;
  readonly namespace: string;
}

/** Asks for a token of it. */
export async function accountOf(
  reader: Reader,
  { metadata, spec }: Deployment,
  { server, authority }: Way,
): Promise<Account> {
  const { namespace = '' } = metadata;
  const user = spec?.template.spec?.serviceAccountName ?? 'default';
  const answer = await reader.create(pathOf(serviceAccounts, namespace, user, 'token'), {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: validSeconds },
  });
  const { token } = (answer as { readonly status: { readonly token: string } }).status;
  const name = 'seatrial';
  const kubeconfig = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server, 'certificate-authority-data': authority } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name, context: { cluster: name, user, namespace } }],
  });
  return { kubeconfig, token, namespace };
}

/**
 * Writes the files that a pod has of its account, if nobody has any there and they can be written; gives the
 * variables by which a program takes itself for one in the cluster.
 */
export function filesOfPod(
  { token, namespace }: Account,
  { server, authority }: Way,
): { readonly variables: Readonly<Record<string, string>>; remove(): void } | undefined {
  if (existsSync(podFolder)) return undefined;
  try {
    mkdirSync(podFolder, { recursive: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Only root may.
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return undefined;
    throw error;
  }
  const texts = { token, namespace, 'ca.crt': Buffer.from(authority, 'base64').toString('utf8') };
  for (const [name, text] of Object.entries(texts)) {
    writeFileSync(join(podFolder, name), text, { mode: 0o600 });
  }
  const { hostname, port } = new URL(server);
  return {
    variables: { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port },
    remove: () => rmSync(podFolder, { recursive: true, force: true }),
  };
}
