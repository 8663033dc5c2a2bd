/** Takes out of kubectl's output what differs from run to run. */

/** Where a scenario runs. */
export interface Folders {
  readonly home: string;
  readonly dir: string;
}

type Replacement = readonly [pattern: RegExp, by: string];

/** In this order, as the README of the vectors lists them. */
const replacements: readonly Replacement[] = [
  [/https?:\/\/127\.0\.0\.1:\d+/g, '{{server}}'],
  [/127\.0\.0\.1:\d+/g, '{{hostport}}'],
  [/("serverAddress":")[^"]+/g, '$1{{hostport}}'],
  [/eyJ[\w-]{10,}\.[\w-]+\.[\w-]+/g, '{{token}}'],
  [/(certificate:|"certificate":|caBundle:|"caBundle":) "?LS0t[\w+/=]+"?/g, '$1 {{pem}}'],
  [/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----\n*/g, '{{pem}}\n'],
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '{{uid}}'],
  [/^([EWIF])\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ (\w+\.go):\d+\]/gm, '{{klog}} $1 $2]'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g, '{{time}}'],
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ [+-]\d{4}/g, '{{time}}'],
  [
    /(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d ([+-]\d{4}|[A-Z]{3})/g,
    '{{time}}',
  ],
  [/(resourceVersion\\*"?: ?\\*"?)\d+/g, '$1{{rv}}'],
  [/(Expected resource version to be \d+, was )\d+/g, '$1{{rv}}'],
  [/X509SHA256=[0-9a-f]{64}/g, 'X509SHA256={{sha}}'],
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? \+0000 UTC/g, '{{time}}'],
  [/(Resource ?Version: +)\d+/g, '$1{{rv}}'],
  [/\/tmp\/(LIVE|MERGED|kubectl-edit)-\w+/g, '/tmp/$1-{{n}}'],
  [/\b10\.0\.\d{1,3}\.\d{1,3}\b/g, '{{clusterIP}}'],
  [/:(3[0-2]\d{3})\/(TCP|UDP|SCTP)/g, ':{{nodePort}}/$2'],
  [/("?nodePort"?): 3[0-2]\d{3}/g, '$1: {{nodePort}}'],
  [/^(NodePort: .*?)3[0-2]\d{3}\//gm, '$1{{nodePort}}/'],
  [/(?<=[a-z0-9]-)[bcdfghjklmnpqrstvwxz2456789]{5}(?![a-z0-9-])/g, '{{generated}}'],
  [/(?<=\.)18[0-9a-f]{14}\b/g, '{{eventHash}}'],
  [/(^|[ \t])(?:\d+m)?\d+s \(x(\d+) over (?:\d+m)?\d+s\)/gm, '$1{{age}}'],
  [/(^|(?<!for)[ \t(])((?:\d+m)?\d+s|<invalid>)(?= |\)|\t|$)/gm, '$1{{age}}'],
  [/(^|[ \t(])(\d+y(\d+d)?|\d+d(\d+h)?)(?= |\)|\t|$)/gm, '$1{{age}}'],
  // Ours: the patch release of kubectl itself is no matter of the server's.
  [/^(Client Version: v1\.36)\.\d+$/gm, '$1.{{patch}}'],
];

/** Lines whose columns are as wide as values that differ. */
const aligned =
  /\{\{(age|clusterIP|nodePort|generated|rv)\}\}|\b(AGE|Age|CLUSTER-IP|LAST SEEN)\b|^[- ]+$/;

/** The text as it is compared; the recorded side has its folders named already. */
export function normalised(text: string, folders?: Folders): string {
  let result = text;
  if (folders !== undefined) {
    result = text.replaceAll(folders.dir, '{{dir}}').replaceAll(folders.home, '{{home}}');
  }
  for (const [pattern, by] of replacements) result = result.replace(pattern, by);
  const narrow = (line: string) => line.replace(/(\S) {2,}/g, '$1  ').trimEnd();
  const lines = result.split('\n').map(line => (aligned.test(line) ? narrow(line) : line));
  return lines.join('\n');
}
