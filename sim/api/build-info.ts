/** What every program of Kubernetes tells of itself in its metrics: which version it is. */
import type { Family } from './exposition.js';
import { gaugeNow } from './metric-vector.js';
import { serverVersion } from './server-version.js';

/** The version of the program. @upstream component-base/metrics/prometheus/version/metrics.go */
export function buildInfo(): Family {
  const { major, minor, gitVersion, gitCommit, gitTreeState, buildDate } = serverVersion;
  const { goVersion, compiler, platform } = serverVersion;
  return gaugeNow(
    {
      name: 'kubernetes_build_info',
      help: "[BETA] A metric with a constant '1' value labeled by major, minor, git version, git commit, git tree state, build date, Go version, and compiler from which Kubernetes was built, and platform on which it is running.",
      labels: [
        ...['major', 'minor', 'git_version', 'git_commit', 'git_tree_state'],
        ...['build_date', 'go_version', 'compiler', 'platform'],
      ],
    },
    [
      [
        [
          ...[major, minor, gitVersion, gitCommit, gitTreeState],
          ...[buildDate, goVersion, compiler, platform],
        ],
        1,
      ],
    ],
  );
}

/** @upstream component-base/compatibility/version.go */
export function versionInfo(): Family {
  const { emulationMajor, emulationMinor, minCompatibilityMajor, minCompatibilityMinor } =
    serverVersion;
  const { gitVersion } = serverVersion;
  return gaugeNow(
    {
      name: 'version_info',
      help: '[ALPHA] Provides the compatibility version info of the component. The component label is the name of the component, usually kube, but is relevant for aggregated-apiservers.',
      labels: ['component', 'binary', 'emulation', 'min_compat'],
    },
    [
      [
        [
          'kube',
          gitVersion.slice(1),
          `${emulationMajor}.${emulationMinor}`,
          `${minCompatibilityMajor}.${minCompatibilityMinor}`,
        ],
        1,
      ],
    ],
  );
}
