/** The variables that a container of a Deployment has, for a program outside of the cluster. */
import type { Deployment } from '../../../sim/api/kinds/apps.js';
import { configMaps, secrets, type Container } from '../../../sim/api/kinds/core.js';
import type { Reader } from './reader.js';

/** By their names; those that come from a pod's place on a node are left out. */
export async function variablesOf(
  reader: Reader,
  { metadata, spec }: Deployment,
  { env = [] }: Container,
): Promise<Readonly<Record<string, string>>> {
  const { namespace = '', name: deployment = '' } = metadata;
  const fields: Readonly<Record<string, string>> = {
    'metadata.namespace': namespace,
    'metadata.name': `${deployment}-outside`,
    'spec.serviceAccountName': spec?.template.spec?.serviceAccountName ?? 'default',
    'status.podIP': '127.0.0.1',
  };
  const variables: Record<string, string> = {};
  for (const { name, value, valueFrom = {} } of env) {
    const { fieldRef, secretKeyRef, configMapKeyRef } = valueFrom;
    const secret = secretKeyRef && (await reader.find(secrets, namespace, secretKeyRef.name ?? ''));
    const config =
      configMapKeyRef && (await reader.find(configMaps, namespace, configMapKeyRef.name ?? ''));
    const encoded = secret?.data?.[secretKeyRef?.key ?? ''];
    const found =
      value ??
      (fieldRef && fields[fieldRef.fieldPath]) ??
      (encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8')) ??
      config?.data?.[configMapKeyRef?.key ?? ''];
    if (found !== undefined) variables[name] = found;
  }
  return variables;
}
