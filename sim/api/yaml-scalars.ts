/**
 * What plain scalars of YAML are to Kubernetes: `y`, `yes` and `on` are true as YAML 1.1 says, but times and
 * numbers of base 60 (`12:30`) are texts, and so is a lone dot.
 *
 * @upstream sigs.k8s.io/yaml goyaml.v2/resolve.go
 */
import type { ScalarTag, Tags } from 'yaml';
import { bytesOfBase64 } from './base64.js';

/** `0o755`, `0X1F`: forms that Go knows and YAML 1.1 does not. */
const integerOfGo: ScalarTag = {
  identify: () => false,
  default: true,
  tag: 'tag:yaml.org,2002:int',
  test: /^[-+]?0(?:[oO][0-7_]+|X[0-9a-fA-F_]+|B[01_]+)$/,
  resolve: text => (text.startsWith('-') ? -1 : 1) * Number(text.replace(/[-+_]/g, '')),
};

/**
 * What Go takes for a number with a point or an exponent: the library takes words such as `e1` and lone dots
 * for some too. What is too large for one stays a text.
 */
const numberOfGo: ScalarTag = {
  identify: () => false,
  default: true,
  tag: 'tag:yaml.org,2002:float',
  test: /^(?:[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9_]+)?)$/,
  resolve: text => {
    const number = Number(text.replaceAll('_', ''));
    return Number.isFinite(number) ? number : text;
  },
};

/** `!!binary aGk=` is the text that the bytes are. */
const binaryOfGo: ScalarTag = {
  identify: () => false,
  tag: 'tag:yaml.org,2002:binary',
  resolve: text => new TextDecoder().decode(bytesOfBase64(text.replace(/\s/g, ''))),
};

/** The tags of YAML 1.1 that Go has no form of, or another; merges are made where values are. */
const unknownToGo: ReadonlySet<string> = new Set(
  ['timestamp', 'binary', 'set', 'omap', 'pairs', 'merge'].map(name => `tag:yaml.org,2002:${name}`),
);

/** The tags of YAML 1.1, as kubectl and the API server resolve them. */
export function kubernetesTags(tags: Tags): Tags {
  const kept = tags.filter(
    tag =>
      typeof tag === 'string' ||
      !(
        unknownToGo.has(tag.tag) ||
        (tag.tag === numberOfGo.tag && !isNotFinite(tag)) ||
        ('format' in tag && tag.format === 'TIME')
      ),
  );
  return [integerOfGo, binaryOfGo, ...kept, numberOfGo];
}

/** `.inf` and `.nan`. */
const isNotFinite = (tag: { readonly test?: RegExp }): boolean => tag.test?.test('.nan') === true;
