/** Checks of containers. @upstream pkg/apis/core/validation/validation.go validateContainers */
import type {
  Container,
  ContainerResizePolicy,
  ContainerRestartRule,
  EphemeralContainer,
  PodSpec,
} from '../../../api/kinds/core.js';
import {
  duplicate,
  forbidden,
  invalid,
  notFound,
  notSupported,
  required,
  tooMany,
} from '../field-error.js';
import { hasEmptyMarks, wasSentEmpty } from '../../../api/go-struct.js';
import { checkLabel, type Errors } from './checks.js';
import { checkEnv, checkEnvFrom } from './env.js';
import { checkDevices, checkMounts } from './mounts.js';
import type { PodOptions } from './pod-options.js';
import { checkContainerPorts, checkHostPorts, checkLifecycle, checkProbes } from './probes.js';
import { checkRequirements } from './resource-requirements.js';
import { checkSecurityContext } from './security-context.js';
import { checkPullPolicy, type SoundVolumes } from './volumes.js';

/** What containers are checked against. */
export interface ContainerScope {
  readonly spec: PodSpec;
  readonly volumes: SoundVolumes;
  readonly claims: ReadonlySet<string>;
  readonly options: PodOptions;
}

/** The containers of a pod: at least one, no name twice. */
export function checkContainers(scope: ContainerScope, path: string, errors: Errors): void {
  const containers = scope.spec.containers ?? [];
  if (containers.length === 0) {
    errors.push(required(path));
    return;
  }
  const names = new Set<string>();
  for (const [index, container] of containers.entries()) {
    const at = `${path}[${index}]`;
    checkContainer(container, scope, at, errors);
    if (names.has(container.name)) errors.push(duplicate(`${at}.name`, container.name));
    else names.add(container.name);
    if (container.lifecycle !== undefined) {
      checkLifecycle(container.lifecycle, scope.spec, `${at}.lifecycle`, errors);
    }
    checkProbes(container, at, errors);
    checkRestartPolicy(container, at, errors);
  }
  checkHostPorts(containers, path, errors);
}

const messagePolicies = ['File', 'FallbackToLogsOnError'];

function checkContainer(
  container: Container,
  scope: ContainerScope,
  path: string,
  errors: Errors,
): void {
  if (!container.name) errors.push(required(`${path}.name`));
  else checkLabel(container.name, `${path}.name`, errors);
  if (!container.image) errors.push(required(`${path}.image`));
  const policy = container.terminationMessagePolicy ?? '';
  if (policy === '') errors.push(required(`${path}.terminationMessagePolicy`));
  else if (!messagePolicies.includes(policy)) {
    errors.push(notSupported(`${path}.terminationMessagePolicy`, policy, messagePolicies));
  }
  checkContainerPorts(container.ports, `${path}.ports`, errors);
  if (container.env !== undefined) checkEnv(container.env, `${path}.env`, errors);
  if (container.envFrom !== undefined) checkEnvFrom(container.envFrom, `${path}.envFrom`, errors);
  if (container.volumeMounts !== undefined) {
    checkMounts(container, scope.volumes, `${path}.volumeMounts`, errors);
  }
  if (container.volumeDevices !== undefined) {
    checkDevices(container, scope.volumes, `${path}.volumeDevices`, errors);
  }
  checkPullPolicy(container.imagePullPolicy, `${path}.imagePullPolicy`, errors);
  checkRequirements(container.resources, scope.claims, `${path}.resources`, errors);
  if (container.resizePolicy !== undefined) {
    checkResizePolicy(container.resizePolicy, scope.spec, `${path}.resizePolicy`, errors);
  }
  if (container.securityContext !== undefined) {
    checkSecurityContext(container.securityContext, scope, `${path}.securityContext`, errors);
  }
}

const resizeResources = ['cpu', 'memory'];
const resizeActions = ['NotRequired', 'RestartContainer'];

function checkResizePolicy(
  policies: readonly ContainerResizePolicy[],
  spec: PodSpec,
  path: string,
  errors: Errors,
): void {
  const seen = new Set<string>();
  for (const [index, policy] of policies.entries()) {
    const { resourceName: name = '', restartPolicy: action = '' } = policy;
    if (seen.has(name)) errors.push(duplicate(`${path}[${index}]`, name));
    seen.add(name);
    if (name === '') errors.push(required(path));
    else if (!resizeResources.includes(name)) {
      errors.push(notSupported(path, name, resizeResources));
    }
    if (action === '') errors.push(required(path));
    else if (!resizeActions.includes(action)) {
      errors.push(notSupported(path, action, resizeActions));
    }
    if (spec.restartPolicy === 'Never' && action !== 'NotRequired') {
      const text = "must be 'NotRequired' when pod `restartPolicy` is 'Never'";
      errors.push(invalid(path, action, text));
    }
  }
}

const restartPolicies = ['Always', 'Never', 'OnFailure'];

function checkRestartPolicy(container: Container, path: string, errors: Errors): void {
  const { restartPolicy: policy, restartPolicyRules: rules = [] } = container;
  if (policy === undefined) {
    if (rules.length === 0) return;
    const text = 'must specify restartPolicy when restart rules are used';
    errors.push(required(`${path}.restartPolicy`, text));
  } else if (!restartPolicies.includes(policy)) {
    errors.push(notSupported(`${path}.restartPolicy`, policy, restartPolicies));
  }
  if (rules.length > 20) errors.push(tooMany(`${path}.restartPolicyRules`, rules.length, 20));
  for (const [index, rule] of rules.entries()) {
    checkRestartRule(rule, `${path}.restartPolicyRules[${index}]`, errors);
  }
}

const restartActions = ['Restart', 'RestartAllContainers'];
const exitCodeOperators = ['In', 'NotIn'];

function checkRestartRule(rule: ContainerRestartRule, path: string, errors: Errors): void {
  if (!restartActions.includes(rule.action ?? '')) {
    errors.push(notSupported(`${path}.action`, rule.action ?? '', restartActions));
  }
  if (rule.exitCodes === undefined) {
    errors.push(required(`${path}.exitCodes`, 'must be specified'));
    return;
  }
  const { operator = '', values = [] } = rule.exitCodes;
  if (!exitCodeOperators.includes(operator)) {
    errors.push(notSupported(`${path}.exitCodes.operator`, operator, exitCodeOperators));
  }
  if (values.length > 255) errors.push(tooMany(`${path}.exitCodes.values`, values.length, 255));
}

/** The containers that run before the others, and those that stay beside them. */
export function checkInitContainers(scope: ContainerScope, path: string, errors: Errors): void {
  const containers = scope.spec.initContainers;
  if (containers === undefined) return;
  const names = new Set((scope.spec.containers ?? []).map(container => container.name));
  for (const [index, container] of containers.entries()) {
    const at = `${path}[${index}]`;
    checkContainer(container, scope, at, errors);
    checkRestartPolicy(container, at, errors);
    if (names.has(container.name)) errors.push(duplicate(`${at}.name`, container.name));
    else if (container.name) names.add(container.name);
    // Each alone: they do not run together. The index is upstream's.
    checkHostPorts([container], path, errors);
    if (container.restartPolicy === 'Always') {
      if (container.lifecycle !== undefined) {
        checkLifecycle(container.lifecycle, scope.spec, `${at}.lifecycle`, errors);
      }
      checkProbes(container, at, errors);
    } else checkPlainInit(container, at, errors);
  }
}

function checkPlainInit(container: Container, path: string, errors: Errors): void {
  const names = ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const;
  for (const name of names) {
    if (container[name] === undefined) continue;
    const text = 'may not be set for init containers without restartPolicy=Always';
    errors.push(forbidden(`${path}.${name}`, text));
  }
  for (const [index, policy] of (container.resizePolicy ?? []).entries()) {
    if (policy.restartPolicy !== 'RestartContainer') continue;
    const text = "must not be set to 'RestartContainer' for non-sidecar initContainers";
    const at = `${path}.resizePolicy[${index}].restartPolicy`;
    errors.push(invalid(at, policy.restartPolicy, text));
  }
}

/** In the order in which Go's reflection meets them. */
const forbiddenEphemeralFields = [
  'ports',
  'resources',
  'resizePolicy',
  'restartPolicy',
  'restartPolicyRules',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
] as const;

/** The containers that were added to a running pod to look into it. */
export function checkEphemeralContainers(
  scope: ContainerScope,
  path: string,
  errors: Errors,
): void {
  const { ephemeralContainers: containers = [], initContainers = [] } = scope.spec;
  if (containers.length === 0) return;
  const others = new Set<string>();
  for (const { name } of [...(scope.spec.containers ?? []), ...initContainers]) others.add(name);
  const names = new Set(others);
  for (const [index, container] of containers.entries()) {
    const at = `${path}[${index}]`;
    checkContainer(container, scope, at, errors);
    checkImageSpace(container, at, errors);
    if (names.has(container.name)) errors.push(duplicate(`${at}.name`, container.name));
    else names.add(container.name);
    const target = container.targetContainerName;
    if (target && !others.has(target)) {
      errors.push(notFound(`${at}.targetContainerName`, target));
    }
    checkEphemeralFields(container, at, errors);
  }
}

function checkEphemeralFields(container: EphemeralContainer, path: string, errors: Errors): void {
  const text = 'cannot be set for an Ephemeral Container';
  for (const name of forbiddenEphemeralFields) {
    const value = container[name];
    // Set is what is not zero: a list that was sent empty is.
    const holds = name === 'resources' ? hasKeys(value) || hasEmptyMarks(value) : true;
    if ((value !== undefined && holds) || wasSentEmpty(container, name))
      errors.push(forbidden(`${path}.${name}`, text));
  }
  for (const [index, mount] of (container.volumeMounts ?? []).entries()) {
    const at = `${path}.volumeMounts[${index}]`;
    if (mount.subPath) errors.push(forbidden(`${at}.subPath`, text));
    if (mount.subPathExpr) errors.push(forbidden(`${at}.subPathExpr`, text));
  }
}

function hasKeys(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

/** An image's name has no blanks around it. */
export function checkImageSpace(
  container: Pick<Container, 'image'>,
  path: string,
  errors: Errors,
): void {
  const image = container.image ?? '';
  if (image.trim().length === image.length) return;
  errors.push(invalid(`${path}.image`, image, 'must not have leading or trailing whitespace'));
}
