/**
 * Objects whose values SOPS has encrypted, as repositories keep them and Flux decrypts them: their keys are
 * known, their values are not. @see https://getsops.io/docs/
 */
import { isRecord } from '../../sim/api/equality.js';
import type { Manifest } from '../input/manifests.js';
import type { CheckInput } from './input.js';

/** An empty JSON object, which every type of Secret takes; in `data` as base64. */
const unknown = { stringData: '{}', data: 'e30=' };

/** The input as it is once it was decrypted, but for the values; a note tells of it. */
export function withoutSops(input: CheckInput): CheckInput {
  const files = new Set<string>();
  const manifests = input.manifests.map(manifest => {
    if (!isEncrypted(manifest)) return manifest;
    files.add(manifest.file);
    return readable(manifest);
  });
  if (files.size === 0) return input;
  const some = [...files].slice(0, namesMax).join(', ');
  const more = files.size > namesMax ? ` and ${files.size - namesMax} more` : '';
  const note = `encrypted by SOPS, so that only their keys are known: ${some}${more}`;
  return { ...input, manifests, notes: [...input.notes, note] };
}

const namesMax = 3;

function isEncrypted({ object }: Manifest): boolean {
  const sops = (object as { readonly sops?: unknown }).sops;
  return isRecord(sops) && 'mac' in sops;
}

function readable(manifest: Manifest): Manifest {
  const { sops: _, ...object } = manifest.object as Manifest['object'] & { readonly sops: unknown };
  const { data, stringData } = object as Readonly<Record<string, unknown>>;
  return {
    ...manifest,
    object: {
      ...object,
      ...(isRecord(data) && { data: withValue(data, unknown.data) }),
      ...(isRecord(stringData) && { stringData: withValue(stringData, unknown.stringData) }),
    },
  };
}

function withValue(values: Readonly<Record<string, unknown>>, value: string) {
  const entries = Object.entries(values).map(([key, given]) => {
    const isSecret = typeof given === 'string' && given.startsWith('ENC[');
    return [key, isSecret ? value : given];
  });
  return Object.fromEntries(entries) as Readonly<Record<string, unknown>>;
}
