/**
 * What plain scalars of YAML are to Kubernetes: `y`, `yes` and `on` are true as YAML 1.1 says, but times and
 * numbers of base 60 (`12:30`) are texts, and so is a lone dot.
 *
 * @upstream sigs.k8s.io/yaml goyaml.v2/resolve.go
 */
import type { ScalarTag, Tags } from 'yaml';

/** `0o755`, `0X1F`: forms that Go knows and YAML 1.1 does not. */
const integerOfGo: ScalarTag = {
  identify: () => false,
  default: true,
  tag: 'tag:yaml.org,2002:int',
  test: /^[-+]?0(?:[oO][0-7_]+|X[0-9a-fA-F_]+|B[01_]+)$/,
  resolve: text => (text.startsWith('-') ? -1 : 1) * Number(text.replace(/[-+_]/g, '')),
};

/** `workingDir: .`: the library takes it for a number without digits. */
const loneDot: ScalarTag = {
  identify: () => false,
  default: true,
  tag: 'tag:yaml.org,2002:str',
  test: /^[-+]?\._*$/,
  resolve: text => text,
};

/** The tags of YAML 1.1, as kubectl and the API server resolve them. */
export function kubernetesTags(tags: Tags): Tags {
  const kept = tags.filter(
    tag =>
      typeof tag === 'string' ||
      (tag.tag !== 'tag:yaml.org,2002:timestamp' && !('format' in tag && tag.format === 'TIME')),
  );
  return [integerOfGo, loneDot, ...kept];
}
