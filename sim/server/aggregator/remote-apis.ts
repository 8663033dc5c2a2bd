/** The API groups that APIServices hand to services: they are served by programs behind those. */
import type { APIService } from '../../api/kinds/apiregistration.js';
import type { RequestInfo } from '../request-info.js';
import { splitPath } from '../request-info.js';

/** The resources of an APIResourceList. */
export type ListedResources = readonly Readonly<Record<string, unknown>>[];

/** A version of a group that is served elsewhere. */
export interface RemoteApi {
  readonly apiService: APIService;
  readonly group: string;
  readonly version: string;
  /** What it told when it was asked last; none before that. */
  readonly resources: ListedResources;
}

/** All of them. */
export class RemoteApis {
  private readonly apis = new Map<string, RemoteApi>();
  private listed: readonly RemoteApi[] = [];

  /** In the order of their APIServices' creation; another list when anything changed. */
  get list(): readonly RemoteApi[] {
    return this.listed;
  }

  /** The one by its APIService's name. */
  named(name: string): RemoteApi | undefined {
    return this.apis.get(name);
  }

  /** The one that answers a request, if any. */
  of({ isResourceRequest, group, version, path }: RequestInfo): RemoteApi | undefined {
    if (this.apis.size === 0) return undefined;
    if (isResourceRequest) return this.named(`${version}.${group}`);
    const [prefix, ofGroup, ofVersion] = splitPath(path);
    return prefix === 'apis' ? this.named(`${ofVersion}.${ofGroup}`) : undefined;
  }

  /** Takes over what an APIService says; without a service it is no remote one. */
  note(apiService: APIService): void {
    const { metadata, spec } = apiService;
    const name = metadata.name ?? '';
    if (spec?.service === undefined) return this.forget(name);
    const { group = '', version = '' } = spec;
    const resources = this.apis.get(name)?.resources ?? [];
    this.apis.set(name, { apiService, group, version, resources });
    this.listed = [...this.apis.values()];
  }

  /** Takes over what it serves. */
  learn(name: string, resources: ListedResources): void {
    const known = this.apis.get(name);
    if (known === undefined || JSON.stringify(known.resources) === JSON.stringify(resources))
      return;
    this.apis.set(name, Object.assign({}, known, { resources }));
    this.listed = [...this.apis.values()];
  }

  /** Its APIService is gone. */
  forget(name: string): void {
    if (this.apis.delete(name)) this.listed = [...this.apis.values()];
  }
}
