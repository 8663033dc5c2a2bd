/** Reads what AlertmanagerConfigs refer to. @upstream prometheus-operator v0.93 pkg/assets/store.go */
import { bytesOfBase64 } from '../../../api/base64.js';
import { textOfBytes } from '../../../api/bytes-text.js';
import { configMaps, secrets } from '../../../api/kinds/core.js';
import type { Reconciliation } from '../../../client/contract.js';
import { call, get } from '../../../client/requests.js';
import type { Fields } from '../relabelings.js';
import { urlError } from './receiver-errors.js';
import {
  receiverKinds,
  referenceKey,
  referencesIn,
  waysOf,
  type Reference,
  type Values,
} from './receivers.js';
import type { AlertmanagerConfig } from './types.js';

/** Secrets and config maps of a pass, each read once. */
export class References {
  private readonly read = new Map<string, Readonly<Record<string, string>>>();
  /** All that was asked for: `Secret/namespace/name`. */
  readonly names = new Set<string>();

  /** What an AlertmanagerConfig's receivers refer to; a text: what is missing or wrong. */
  *ofConfig({ metadata, spec }: AlertmanagerConfig): Reconciliation<Values | string> {
    const { namespace = '' } = metadata;
    const { receivers = [] } = spec;
    const ways = receivers.flatMap(receiver =>
      // The keys are those of the table.
      (Object.keys(receiverKinds) as (keyof typeof receiverKinds)[]).flatMap(kind =>
        waysOf(receiver, kind),
      ),
    );
    const values = yield* this.valuesOf(namespace, ways);
    if (typeof values === 'string') return values;
    for (const receiver of receivers) {
      const error =
        secretUrlError(waysOf(receiver, 'slackConfigs'), 'apiURL', values) ??
        secretUrlError(waysOf(receiver, 'webhookConfigs'), 'urlSecret', values);
      if (error !== undefined) return error;
    }
    return values;
  }

  /** What anything refers to; a text: what is missing. */
  *valuesOf(namespace: string, value: unknown): Reconciliation<Values | string> {
    const values = new Map<string, string>();
    for (const reference of referencesIn(value)) {
      const found = yield* this.value(namespace, reference);
      if ('error' in found) return found.error;
      values.set(referenceKey(reference), found.text);
    }
    return values;
  }

  private *value(
    namespace: string,
    { kind, name, key }: Reference,
  ): Reconciliation<{ readonly text: string } | { readonly error: string }> {
    const word = kind.toLowerCase();
    const id = `${kind}/${namespace}/${name}`;
    this.names.add(id);
    if (!this.read.has(id)) {
      const answer =
        kind === 'Secret'
          ? yield* call(get(secrets, namespace, name))
          : yield* call(get(configMaps, namespace, name));
      if (!answer.isOk) return { error: `unable to get ${word} "${name}": ${answer.message}` };
      this.read.set(id, answer.object.data ?? {});
    }
    const text = this.read.get(id)?.[key];
    if (text === undefined) return { error: `key "${key}" in ${word} "${name}" not found` };
    return { text: kind === 'Secret' ? textOfBytes(bytesOfBase64(text)) : text };
  }
}

function secretUrlError(
  ways: readonly Fields[],
  field: 'apiURL' | 'urlSecret',
  values: Values,
): string | undefined {
  const word = field === 'apiURL' ? 'API URL' : 'URL';
  for (const way of ways) {
    const [reference] = referencesIn(way[field]);
    const url = reference === undefined ? '' : (values.get(referenceKey(reference)) ?? '').trim();
    const error = urlError(url);
    if (error !== undefined) return `failed to validate ${word}: ${error}`;
  }
  return undefined;
}
