/** How much memory a container of Spark is given. @upstream common/utils JavaUtils.byteStringAs, ResourceProfile */
import { isOn, type SparkConf } from './conf.js';

/** A number of MiB, or why the text is none. */
export type Mebibytes =
  | { readonly isOk: true; readonly value: number }
  | { readonly isOk: false; readonly error: string };

const kibi = 1024;
const powers: Readonly<Record<string, number>> = { b: 0, k: 1, m: 2, g: 3, t: 4, p: 5 };
const overheadMin = 384;

const form =
  'Size must be specified as bytes (b), kibibytes (k), mebibytes (m), gibibytes (g), ' +
  'tebibytes (t), or pebibytes(p). E.g. 50b, 100k, or 250m.';

/** Reads a size as the JVM world writes it: `512m`, `4g`; a number alone is in MiB. */
export function mebibytesOf(text: string): Mebibytes {
  const lower = text.toLowerCase().trim();
  const match = /^([0-9]+)([a-z]+)?$/.exec(lower);
  if (match === null) {
    const fraction = /^([0-9]+\.[0-9]+)([a-z]+)?$/.exec(lower)?.[1];
    const why =
      fraction === undefined
        ? `Failed to parse byte string: ${text}`
        : `Fractional values are not supported. Input was: ${fraction}`;
    return { isOk: false, error: `${form}\n${why}` };
  }
  const [, digits = '0', suffix = 'm'] = match;
  const power = /^([bkmgtp]|[kmgtp]b)$/.test(suffix) ? powers[suffix[0] ?? ''] : undefined;
  if (power === undefined) return { isOk: false, error: `${form}\nInvalid suffix: "${suffix}"` };
  return { isOk: true, value: Math.floor(Number(digits) * kibi ** (power - 2)) };
}

/** The factor of what a process needs besides its heap, where no amount is given. */
export function overheadFactor(conf: SparkConf, role: 'driver' | 'executor'): number {
  const own = conf[`spark.${role}.memoryOverheadFactor`];
  const shared = conf['spark.kubernetes.memoryOverheadFactor'] ?? '0.1';
  return Number(own ?? shared);
}

/** What a container of this role is given in all. */
export function containerMemory(conf: SparkConf, role: 'driver' | 'executor'): Mebibytes {
  const heap = mebibytesOf(conf[`spark.${role}.memory`] ?? '1g');
  if (!heap.isOk) return heap;
  const given = conf[`spark.${role}.memoryOverhead`];
  const least = wholeOr(conf[`spark.${role}.minMemoryOverhead`], overheadMin);
  const factored = Math.floor(heap.value * overheadFactor(conf, role));
  const overhead =
    given === undefined
      ? { isOk: true as const, value: Math.max(factored, least) }
      : mebibytesOf(given);
  if (!overhead.isOk || role === 'driver') return plus(heap, overhead);
  const offHeap = isOn(conf, 'spark.memory.offHeap.enabled')
    ? mebibytesOf(conf['spark.memory.offHeap.size'] ?? '0b')
    : none;
  const isPython = conf['spark.kubernetes.resource.type'] === 'python';
  const python = isPython ? mebibytesOf(conf['spark.executor.pyspark.memory'] ?? '0') : none;
  return plus(plus(plus(heap, overhead), offHeap), python);
}

const none: Mebibytes = { isOk: true, value: 0 };

function plus(left: Mebibytes, right: Mebibytes): Mebibytes {
  if (!left.isOk) return left;
  return right.isOk ? { isOk: true, value: left.value + right.value } : right;
}

function wholeOr(text: string | undefined, byDefault: number): number {
  const size = text === undefined ? none : mebibytesOf(text);
  return text === undefined || !size.isOk ? byDefault : size.value;
}
