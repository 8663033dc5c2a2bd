/** Spark's configuration: properties by name, and the file in which they travel. */

/** Properties by name, such as `spark.executor.memory`. */
export type SparkConf = Readonly<Record<string, string>>;

/** The properties below a prefix, without it. @upstream KubernetesUtils.parsePrefixedKeyValuePairs */
export function below(conf: SparkConf, prefix: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.keys(conf)
      .filter(key => key.startsWith(prefix))
      .sort()
      .map(key => [key.slice(prefix.length), conf[key] ?? '']),
  );
}

/** Whether a property is set to true; `byDefault` where it is not set. */
export function isOn(conf: SparkConf, key: string, byDefault = false): boolean {
  const value = conf[key];
  return value === undefined ? byDefault : value.trim().toLowerCase() === 'true';
}

/** A whole number; `byDefault` where it is not set or is none. */
export function wholeNumber(conf: SparkConf, key: string, byDefault: number): number {
  const value = conf[key];
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : byDefault;
}

/** What java.util.Properties stores, with its names in order. */
export function propertiesText(conf: SparkConf, configMap: string): string {
  const title = `#Java properties built from Kubernetes config map with name: ${configMap}\n`;
  const lines = Object.keys(conf)
    .sort()
    .map(key => `${escaped(key, true)}=${escaped(conf[key] ?? '', false)}\n`);
  return title + lines.join('');
}

/** Reads such a file. */
export function propertiesOf(text: string): SparkConf {
  return Object.fromEntries(
    text
      .split('\n')
      .filter(line => line !== '' && !line.startsWith('#'))
      .map(line => {
        const end = /(?<!\\)(?:\\\\)*[=:]/.exec(line);
        const at = end === null ? line.length : end.index + end[0].length - 1;
        return [plain(line.slice(0, at)), plain(line.slice(at + 1))];
      }),
  );
}

function escaped(text: string, isKey: boolean): string {
  const safe = text
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replaceAll('\r', '\\r')
    .replace(/[=:#!]/g, sign => `\\${sign}`);
  return isKey ? safe.replaceAll(' ', '\\ ') : safe.replace(/^ /, '\\ ');
}

const controls: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

function plain(text: string): string {
  return text.replace(/\\(.)/g, (_, sign: string) => controls[sign] ?? sign);
}
