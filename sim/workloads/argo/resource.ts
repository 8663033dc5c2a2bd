/** A step that makes an object, or looks at one, and waits for its conditions. @upstream workflow/executor/resource.go */
import { isRecord } from '../../api/equality.js';
import type { ApiAnswer, ApiRequest } from '../../api/request.js';
import { parseSelector, Selector } from '../../api/selectors.js';
import { parseYamlBody } from '../../api/yaml.js';
import type { ContainerContext, Program, Workload } from '../workload.js';
import { endExecutor, messageOf, TaskResultWriter } from './task-result.js';
import { writtenTemplate, type OutputParameter, type StepTemplate } from './template.js';

/** `argoexec resource`. */
export const executorResource: Workload = {
  name: 'argoexec-resource',
  start(context) {
    const step = new ResourceStep(context);
    step.begin();
    return step;
  },
};

const lookMs = 5000;

class ResourceStep implements Program {
  private readonly template: StepTemplate;
  private readonly result: TaskResultWriter;
  private isOver = false;

  constructor(private readonly context: ContainerContext) {
    this.template = writtenTemplate(context);
    this.result = new TaskResultWriter(context);
  }

  begin(): void {
    this.result.begin(() => this.act());
  }

  terminate(): void {
    this.context.exit(143);
  }

  private end(problem?: string): void {
    if (this.isOver) return;
    this.isOver = true;
    if (problem !== undefined) this.result.fail(problem);
    this.result.finish(() => endExecutor(this.context, this.result.problem));
  }

  private act(): void {
    const { resource } = this.template;
    const { action = '', manifest = '', successCondition, failureCondition } = resource ?? {};
    const isChecked = `${successCondition ?? ''}${failureCondition ?? ''}` !== '';
    const { parameters = [] } = this.template.outputs ?? {};
    if (action === 'delete' && (isChecked || parameters.length > 0)) {
      return this.end(
        'successCondition, failureCondition and outputs are not supported for delete action',
      );
    }
    const parsed = parseYamlBody(manifest);
    if (!parsed.isOk) return this.end(parsed.error);
    const { value } = parsed.value;
    if (this.isByFlags(value)) return this.patchByFlags(value);
    if (!isRecord(value)) return this.end('Must provide at least one of flags or manifest.');
    const object = value as unknown as Manifest;
    this.find(object, collection => this.perform(action, object, collection));
  }

  /** Whether flags say which object a patch is for, as `kubectl patch pod name` has it. @upstream getKubectlArguments */
  private isByFlags(value: unknown): boolean {
    const { action, mergeStrategy, flags = [] } = this.template.resource ?? {};
    if (action !== 'patch' || flags.length === 0) return false;
    return mergeStrategy === 'json' || (isRecord(value) && value['kind'] === undefined);
  }

  private patchByFlags(body: unknown): void {
    const words = (this.template.resource?.flags ?? []).filter(word => !word.startsWith('-'));
    const [sort = '', name = ''] = words.flatMap(word => word.split('/'));
    findResource(this.context, sort, root => {
      if (root === undefined) {
        return this.end(
          `no more retries error: the server doesn't have a resource type ${JSON.stringify(sort)}`,
        );
      }
      const namespace = this.context.pod.metadata.namespace ?? '';
      const scope = root.resource.namespaced ? `/namespaces/${namespace}` : '';
      const collection = `${root.path}${scope}/${root.resource.name}`;
      this.ask(this.patchOf(`${collection}/${name}`, body), answer =>
        this.answered(answer, 'patch', collection),
      );
    });
  }

  private patchOf(path: string, body: unknown): ApiRequest {
    const type = patchTypes[this.template.resource?.mergeStrategy ?? ''] ?? 'strategic-merge-patch';
    return { method: 'PATCH', path, headers: { 'content-type': `application/${type}+json` }, body };
  }

  /** The path of the collection that objects of the kind are in. */
  private find(
    { apiVersion = '', kind = '', metadata }: Manifest,
    found: (path: string) => void,
  ): void {
    const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    this.context.api({ method: 'GET', path: root }, answer => {
      const { resources = [] } = (answer.body ?? {}) as { readonly resources?: readonly Served[] };
      const served = resources.find(one => one.kind === kind && !one.name.includes('/'));
      if (served === undefined) {
        const text = `no matches for kind "${kind}" in version "${apiVersion}"`;
        return this.end(
          `no more retries error: resource mapping not found for name: "${metadata?.name ?? ''}" namespace: "${metadata?.namespace ?? ''}" from "${manifestPath}": ${text}\nensure CRDs are installed first`,
        );
      }
      const namespace = metadata?.namespace ?? this.context.pod.metadata.namespace ?? '';
      const scope = served.namespaced ? `/namespaces/${namespace}` : '';
      found(`${root}${scope}/${served.name}`);
    });
  }

  private perform(action: string, object: Manifest, collection: string): void {
    const name = object.metadata?.name ?? '';
    const at = `${collection}/${name}`;
    const created = (answer: ApiAnswer) => this.answered(answer, action, collection);
    switch (action) {
      case 'create':
        return this.ask({ method: 'POST', path: collection, body: object }, created);
      case 'get':
        return this.ask({ method: 'GET', path: at }, created);
      case 'delete':
        return this.ask({ method: 'DELETE', path: at }, answer =>
          answer.status === 404 ? this.end() : created(answer),
        );
      default:
        return this.ask({ method: 'GET', path: at }, answer => {
          if (answer.status === 404 && action === 'apply') {
            return this.ask({ method: 'POST', path: collection, body: object }, created);
          }
          if (answer.status >= 300) return created(answer);
          const headers = { 'content-type': 'application/merge-patch+json' };
          this.ask(
            action === 'patch'
              ? this.patchOf(at, object)
              : { method: 'PATCH', path: at, headers, body: object },
            created,
          );
        });
    }
  }

  private ask(request: ApiRequest, done: (answer: ApiAnswer) => void): void {
    this.context.api(request, done);
  }

  private answered(answer: ApiAnswer, action: string, collection: string): void {
    if (answer.status >= 300) {
      const { reason = 'Unknown' } = (answer.body ?? {}) as { readonly reason?: string };
      const doing = action === 'create' ? `error when creating "${manifestPath}": ` : '';
      const text = `Error from server (${reason}): ${doing}${messageOf(answer)}`;
      return this.end(`no more retries ${text}`);
    }
    if (action === 'delete') return this.end();
    const { metadata } = answer.body as Manifest;
    const path = `${collection}/${metadata?.name ?? ''}`;
    this.context.log(`${path.split('/').slice(-2).join('/')} ${action}d`);
    const conditions = this.conditions();
    if (typeof conditions === 'string') return this.end(conditions);
    if (conditions === undefined) return this.save(path);
    this.look(path, conditions);
  }

  /** Undefined: there are none. A text: they make no sense. */
  private conditions(): Conditions | string | undefined {
    const { successCondition = '', failureCondition = '' } = this.template.resource ?? {};
    if (`${successCondition}${failureCondition}` === '') return undefined;
    const success = parseSelector(successCondition);
    if (!success.isOk) {
      return `success condition '${successCondition}' failed to parse: ${success.error}`;
    }
    const failure = parseSelector(failureCondition);
    if (!failure.isOk) {
      return `fail condition '${failureCondition}' failed to parse: ${failure.error}`;
    }
    return { success: success.value, failure: failure.value };
  }

  private look(path: string, conditions: Conditions): void {
    this.ask({ method: 'GET', path }, answer => {
      if (answer.status === 404) {
        return this.end(
          `The resource has been deleted while its status was still being checked. Will not be retried: ${messageOf(answer)}`,
        );
      }
      if (answer.status < 300) {
        const verdict = judged(answer.body, conditions);
        if (verdict === 'met') return this.save(path);
        if (verdict !== undefined) return this.end(verdict.problem);
      }
      this.context.clock.after(lookMs, 'argoexec resource', () => this.look(path, conditions));
    });
  }

  /** @upstream SaveResourceParameters */
  private save(path: string): void {
    const { parameters = [] } = this.template.outputs ?? {};
    if (parameters.length === 0) return this.end();
    this.ask({ method: 'GET', path }, answer => {
      const saved = parameters.map(one => valueIn(one, answer.body));
      this.result.report({ parameters: saved }, () => this.end());
    });
  }
}

const patchTypes: Readonly<Record<string, string>> = {
  json: 'json-patch',
  merge: 'merge-patch',
};

interface Found {
  /** Of its group and version. */
  readonly path: string;
  readonly resource: Served;
}

/** The resource of a name as kubectl takes it: `po`, `pod`, `pods`, `workflows.argoproj.io`. */
function findResource(
  context: ContainerContext,
  sort: string,
  done: (found: Found | undefined) => void,
): void {
  const [wanted = '', ...ofGroup] = sort.toLowerCase().split('.');
  const group = ofGroup.join('.');
  const lookIn = (paths: readonly string[]): void => {
    const [path, ...rest] = paths;
    if (path === undefined) return done(undefined);
    context.api({ method: 'GET', path }, answer => {
      const { resources = [] } = (answer.body ?? {}) as { readonly resources?: readonly Served[] };
      const resource = resources.find(({ name, singularName, shortNames = [], kind }) =>
        [name, singularName, kind.toLowerCase(), ...shortNames].includes(wanted),
      );
      if (resource === undefined) lookIn(rest);
      else done({ path, resource });
    });
  };
  context.api({ method: 'GET', path: '/apis' }, answer => {
    const { groups = [] } = (answer.body ?? {}) as { readonly groups?: readonly ServedGroup[] };
    const paths = groups
      .filter(({ name }) => group === '' || name === group)
      .map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`);
    lookIn(group === '' ? ['/api/v1', ...paths] : paths);
  });
}

interface ServedGroup {
  readonly name: string;
  readonly preferredVersion: { readonly groupVersion: string };
}

const manifestPath = '/tmp/manifest.yaml';

interface Manifest {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
}

interface Served {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly singularName?: string;
  readonly shortNames?: readonly string[];
}

interface Conditions {
  readonly success: Selector;
  readonly failure: Selector;
}

/** Conditions are selectors, whose labels are paths into the object. */
function judged(
  object: unknown,
  { success, failure }: Conditions,
): 'met' | { readonly problem: string } | undefined {
  const failed = failure.requirements.find(one => holds(object, one));
  if (failed !== undefined) {
    return { problem: `failure condition '${Selector.of([failed]).toString()}' evaluated true` };
  }
  return success.requirements.every(one => holds(object, one)) ? 'met' : undefined;
}

function holds(object: unknown, requirement: Selector['requirements'][number]): boolean {
  const value = at(object, requirement.key.split('.'));
  const labels = value === undefined ? {} : { [requirement.key]: textOf(value) };
  return Selector.of([requirement]).matches(labels);
}

/** The value at a path of names and numbers. */
function at(value: unknown, path: readonly string[]): unknown {
  let found = value;
  for (const name of path) {
    if (Array.isArray(found)) found = (found as readonly unknown[])[Number(name)];
    else found = isRecord(found) ? found[name] : undefined;
  }
  return found;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Paths of fields are understood, in both languages; a text without one has no value. */
function valueIn(parameter: OutputParameter, object: unknown): OutputParameter {
  const { jsonPath = '', jqFilter = '', default: byDefault } = parameter.valueFrom ?? {};
  const path = (jsonPath === '' ? jqFilter : jsonPath.replace(/^\{|\}$/g, ''))
    .replace(/^\$/, '')
    .replaceAll(/\[(\d+)\]/g, '.$1')
    .split('.')
    .filter(name => name !== '');
  const value = at(object, path) ?? byDefault;
  return { ...parameter, value: value === undefined ? '' : textOf(value) };
}
