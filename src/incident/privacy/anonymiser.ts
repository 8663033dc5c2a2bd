/**
 * Puts stand-ins for all that identifies: names, images, hosts, addresses, users, values. First it learns
 * the words of everything, then it rewrites; what has structure keeps it.
 */
import { isCommon, isPublicDomain, publicRegistries } from './common-words.js';
import { Addresses } from './addresses.js';
import { Vocabulary, type WordKind } from './vocabulary.js';

const uuid = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi;
const email = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g;
const url = /\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>)\]]+/gi;
const address = /(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2})?(?![\w.])/g;
/** A word, with the dots and dashes within it; what `system:` begins is one with all of its colons. */
const word =
  /\b(?:system|kubeadm):(?!serviceaccounts?:|node:)[\w:.-]*\w|[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?/g;
const digest = /@?sha256:[0-9a-f]{64}/g;

/** What every cluster has by this name. */
const isEverybodysUser = (found: string): boolean =>
  /^(system|kubeadm):(?!serviceaccounts?:|node:)/.test(found);
/** The folder of a volume is named after the volume and its claim. */
const volumeFolder = /^pvc-[0-9a-f]{8}-[0-9a-f-]{27}_/;
/** Words with dots that everybody has. */
export const publicKeys: ReadonlySet<string> = new Set([
  'deprecated.daemonset.template.generation',
  'docker.io',
  'local.path.provisioner',
]);
/** So many texts are remembered. */
const cacheMax = 50_000;
/** Users that every cluster has. */
const publicUsers =
  /^(kubernetes-admin|kubernetes-super-admin|admin|system:(?!serviceaccount:|node:).*)$/;
const publicAgents =
  /^(kube|kubectl|helm|curl|Go-http-client|python|okhttp|k9s|Terraform|Mozilla|unknown|seatrial)/i;

/** The stand-ins of one import. */
export class Anonymiser {
  readonly vocabulary = new Vocabulary();
  private readonly addresses = new Addresses();
  private readonly uuids = new Map<string, string>();
  private readonly cache = new Map<string, string>();
  private cachedAt = 0;
  private readonly roots = new Map<string, string>();

  /** Free text: every word of ours in it is replaced, and what looks like an address of somebody. */
  text(text: string): string {
    return this.once(`t${text}`, () => this.rewritten(text));
  }

  /** The same texts come again and again: each is worked out once for a state of the vocabulary. */
  private once(key: string, work: () => string): string {
    if (this.cachedAt !== this.vocabulary.size || this.cache.size > cacheMax) {
      this.cache.clear();
      this.cachedAt = this.vocabulary.size;
    }
    let result = this.cache.get(key);
    if (result === undefined) {
      result = work();
      // What was claimed on the way makes another state: then nothing is kept.
      if (this.cachedAt === this.vocabulary.size) this.cache.set(key, result);
    }
    return result;
  }

  private rewritten(text: string): string {
    if (text === '') return text;
    return text
      .replace(digest, '')
      .replace(url, found => this.link(found))
      .replace(email, found => this.vocabulary.claim(found, 'user'))
      .replace(uuid, found => this.uuid(found))
      .replace(address, found => this.addresses.of(found))
      .replace(word, found => this.word(found));
  }

  /** What the user gave may be named after the company: it is told by its number. */
  root(name: string): void {
    if (name === 'standard input' || this.roots.has(name)) return;
    this.roots.set(name, `input-${this.roots.size + 1}`);
  }

  /** The place where something was read: its folders keep their names but for words of ours. */
  source(source: string): string {
    // The line changes nothing: one file is worked out once.
    const line = /:\d+$/.exec(source)?.[0] ?? '';
    const file = source.slice(0, source.length - line.length);
    return this.once(`s${file}`, () => this.place(file)) + line;
  }

  private place(source: string): string {
    let below = source;
    for (const [root, token] of this.roots) {
      if (below === root || below.startsWith(`${root}:`)) return token + below.slice(root.length);
      below = below.replaceAll(`${root}/`, `${token}/`);
    }
    return below.replace(/[A-Za-z0-9_.-]*[A-Za-z0-9_]/g, found => {
      const parts = found.split('.');
      const known = this.vocabulary.find(found);
      if (known !== undefined) return known;
      return parts.map(part => this.simple(part)).join('.');
    });
  }

  /** A word without dots. */
  private simple(found: string): string {
    const { vocabulary } = this;
    const known = vocabulary.find(found);
    if (known !== undefined) return known;
    if (isCommon(found) || vocabulary.isStandIn(found) || !vocabulary.isSuspect(found))
      return found;
    return vocabulary.claim(found, 'word');
  }

  /** One word of a text. */
  word(found: string): string {
    const { vocabulary } = this;
    const known = vocabulary.find(found);
    if (known !== undefined) return known;
    if (isCommon(found) || vocabulary.isStandIn(found) || isEverybodysUser(found)) return found;
    if (vocabulary.isStructural(found)) return found;
    // A volume that is named after its claim: what was in it is replaced.
    if (found.includes('00000000-0000-4000-8000-')) return found;
    if (volumeFolder.test(found))
      return found
        .split('_')
        .map(part => this.text(part))
        .join('_');
    if (found.includes('.') && !/^[\d.]+[A-Za-z]*$/.test(found)) return this.dotted(found);
    if (!vocabulary.isSuspect(found)) return found;
    return vocabulary.claim(found, found.includes('_') && !found.includes('-') ? 'metric' : 'word');
  }

  /** `feature-store.fraud.svc`: part by part, if the parts are ours; a domain of nobody we know as a host. */
  private dotted(found: string): string {
    const { vocabulary } = this;
    if (isPublicDomain(found) && !vocabulary.isSuspect(found)) return found;
    if (publicKeys.has(found)) return found;
    const resource = this.customResource(found);
    if (resource !== undefined) return resource;
    const parts = found.split('.');
    const known = parts.map(part => vocabulary.find(part));
    const isOurs = parts.every((part, index) => known[index] !== undefined || isCommon(part));
    if (isOurs) return parts.map((part, index) => known[index] ?? part).join('.');
    const last = parts.at(-1) ?? '';
    const isHost =
      parts.length > 2 ||
      /^(com|net|org|io|dev|local|internal|example|test|cloud|eu|de|uk|fr|ai|co|lan)$/.test(last);
    const isFile = /^(go|ya?ml|json|txt|log|sktrace|jsonl|html|gz|tar|tgz|py|sh|conf)$/.test(last);
    if (!isFile && isHost && /^[A-Za-z0-9.-]+$/.test(found)) return vocabulary.claim(found, 'host');
    return parts.map(part => this.word(part)).join('.');
  }

  /** `widgets.bank.example`: the plural of a kind and its group. */
  private customResource(found: string): string | undefined {
    const dot = found.indexOf('.');
    const group = this.vocabulary.find(found.slice(dot + 1));
    const isOne = group !== undefined && this.vocabulary.isStructural(found.slice(0, dot));
    return isOne ? `${found.slice(0, dot)}.${group}` : undefined;
  }

  /** A URL: its service if it is one of the cluster, else nothing of it. */
  private link(found: string): string {
    const parsed = /^([a-z][a-z0-9+.-]*:\/\/)([^/:?#]+)(:\d+)?(.*)$/i.exec(found);
    if (parsed === null) return this.vocabulary.claim(found, 'value');
    const [, scheme = '', host = '', port = ''] = parsed;
    const known = host
      .split('.')
      .every(part => this.vocabulary.find(part) !== undefined || isCommon(part));
    if (known)
      return `${scheme}${host
        .split('.')
        .map(part => this.word(part))
        .join('.')}${port}`;
    // The host is a word of its own: it may stand in a text without the rest.
    if (!/^[0-9a-f]{32,}$/.test(host)) this.vocabulary.claim(host, 'host');
    return this.vocabulary.claim(found, 'value');
  }

  /** A name of an object, a container, a volume. */
  name(name: string, kind: WordKind = 'name'): string {
    // `system:node`, `kubeadm:get-nodes`: every cluster has them.
    if (isPublicDomain(name) || /^(system|kubeadm):/.test(name)) return name;
    if (/^\d+\.\d+\.\d+\.\d+$/.test(name)) return this.addresses.of(name);
    const resource = this.customResource(name);
    if (resource !== undefined) return resource;
    // A volume is named after the uid of its claim.
    if (/^pvc-[0-9a-f]{8}-/.test(name)) return name.replace(uuid, found => this.uuid(found));
    return this.vocabulary.claimName(name, kind);
  }

  /** A whole value of which nothing is kept, unless it says nothing: true, 8080. */
  opaque(value: string): string {
    if (value === '' || /^(true|false|\d{1,5})$/i.test(value)) return value;
    if (this.vocabulary.isStandIn(value)) return value;
    // A service of the cluster goes on to be found; a part of anything else could tell.
    const words = value.match(word) ?? [];
    const isOurs = words.every(each =>
      each.split('.').every(part => this.vocabulary.find(part) !== undefined || isCommon(part)),
    );
    if (
      isOurs &&
      words.some(each => this.vocabulary.find(each.split('.')[0] ?? '') !== undefined)
    ) {
      return this.text(value);
    }
    return this.vocabulary.claim(value, 'value');
  }

  /** `registry.bank.example/ml/scorer:v42@sha256:...` -> `registry-1.test/image-1/app-1:tag-1`. */
  image(image: string): string {
    const [plain = ''] = image.split('@');
    const official = 'docker.io/library/';
    if (plain.startsWith(official)) return official + this.image(plain.slice(official.length));
    const parts = plain.split('/');
    const [first = ''] = parts;
    const hasRegistry = parts.length > 1 && /[.:]|^localhost$/.test(first);
    if (hasRegistry && publicRegistries.has(first)) return plain;
    const path = hasRegistry ? parts.slice(1) : parts;
    const [name = '', tag] = (path.pop() ?? '').split(':');
    const [host = '', port] = first.split(':');
    const claimed = hasRegistry ? this.vocabulary.claim(host, 'registry') : '';
    const repository = [
      ...(hasRegistry ? [port === undefined ? claimed : `${claimed}:${port}`] : []),
      ...path.map(part => this.vocabulary.claim(part, 'image')),
      this.vocabulary.claim(name, 'image'),
    ].join('/');
    return tag === undefined ? repository : `${repository}:${this.tag(tag)}`;
  }

  private tag(tag: string): string {
    return tag === 'latest' ? tag : this.vocabulary.claim(tag, 'tag');
  }

  /** The key of a label, an annotation or a resource: a domain of nobody we know is replaced. */
  key(key: string): string {
    const slash = key.indexOf('/');
    if (publicKeys.has(key)) return key;
    if (slash < 0) return this.text(key);
    const domain = key.slice(0, slash);
    if (isPublicDomain(domain) || publicKeys.has(domain)) {
      this.vocabulary.keepName(key.slice(slash + 1));
      return key;
    }
    const own = this.vocabulary.claim(domain, 'domain');
    const name = key.slice(slash + 1).split('.');
    return `${own}/${name.map(part => this.simple(part)).join('.')}`;
  }

  /** Who somebody is: accounts and nodes by their names, people as nobody. */
  user(user: string): string {
    if (publicUsers.test(user)) return user;
    const account = /^system:serviceaccount:([^:]+):(.+)$/.exec(user);
    if (account !== null) {
      const [, namespace = '', name = ''] = account;
      if (namespace === 'kube-system') return user;
      return `system:serviceaccount:${this.name(namespace, 'namespace')}:${this.name(name)}`;
    }
    const node = /^system:node:(.+)$/.exec(user);
    if (node?.[1] !== undefined) return `system:node:${this.name(node[1], 'node')}`;
    return this.vocabulary.claim(user, 'user');
  }

  group(group: string): string {
    const accounts = /^system:serviceaccounts:(.+)$/.exec(group);
    if (accounts?.[1] !== undefined) {
      return `system:serviceaccounts:${this.name(accounts[1], 'namespace')}`;
    }
    return group.startsWith('system:') ? group : this.vocabulary.claim(group, 'group');
  }

  agent(agent: string): string {
    const [first = ''] = agent.split(/[/\s]/);
    if (publicAgents.test(first))
      return first + (/\/v?[\d.]+/.exec(agent.slice(first.length))?.[0] ?? '');
    return this.vocabulary.find(first) ?? this.vocabulary.claim(first, 'agent');
  }

  private uuid(found: string): string {
    const known = this.uuids.get(found);
    if (known !== undefined) return known;
    const number = String(this.uuids.size + 1).padStart(12, '0');
    const token = `00000000-0000-4000-8000-${number}`;
    this.uuids.set(found, token);
    return token;
  }

  /** Addresses and uuids with their stand-ins, for the table. */
  others(): readonly { readonly word: string; readonly token: string; readonly kind: string }[] {
    return [
      ...this.addresses.entries().map(([from, token]) => ({ word: from, token, kind: 'address' })),
      ...[...this.uuids].map(([from, token]) => ({ word: from, token, kind: 'uuid' })),
    ];
  }
}
