/** Where images come from: what a registry answers, and what is already on a node. */
import { fnv32a } from '../engine/hash.js';
import { imagePattern } from '../workloads/choose.js';

/** An image as its manifest describes it. */
export interface Image {
  /** `sha256:...`. */
  readonly id: string;
  readonly sizeBytes: number;
  /** `USER` of the image: a number, a name, or nothing for root. */
  readonly user?: string;
  /** Nothing is known of its USER: it runs as root, but for a pod that forbids that. */
  readonly hasUnknownUser?: boolean;
  readonly stopSignal?: string;
  /** Entry point and command, where the pod names none. */
  readonly command?: readonly string[];
}

/** What came of a pull. */
export type PullAnswer =
  | { readonly isOk: true; readonly image: Image; readonly afterMs?: number }
  | { readonly isOk: false; readonly message: string; readonly afterMs?: number };

/** All registries that a node reaches. */
export interface ImageRegistry {
  /** Asks for an image by its full name; `attempt` counts the requests for it on this node, from 1. */
  pull(request: {
    readonly image: string;
    readonly attempt: number;
    readonly nowMs: number;
  }): PullAnswer;
  /** What somebody has loaded onto every node, as `kind load docker-image` does. Default: nothing. */
  loaded?(image: string): Image | undefined;
}

/** The size of an image of which nothing is stated. */
const usualImageBytes = 80_000_000;

/** A registry that has every image: of the stated sizes, else of the usual one. */
export function registryOfEverything(sizes: Readonly<Record<string, number>> = {}): ImageRegistry {
  return {
    pull: ({ image }) => ({ isOk: true, image: plainImage(image, sizes[image]) }),
  };
}

/**
 * A registry that has every image but those that a pattern names, as pods write it or in full: `*` is
 * any run of characters. What it says of them is what containerd was heard to say. Others are loaded onto
 * every node: those need no registry.
 */
export function registryWithout(
  patterns: readonly string[],
  loadedPatterns: readonly string[] = [],
): ImageRegistry {
  const everything = registryOfEverything();
  const isMissing = namedBy(patterns);
  const isLoaded = namedBy(loadedPatterns);
  return {
    loaded: image => (isLoaded(image) ? plainImage(image) : undefined),
    pull(request) {
      const { image } = request;
      if (!isMissing(image)) return everything.pull(request);
      const what = `failed to pull and unpack image "${image}": failed to resolve image`;
      const message = `rpc error: code = NotFound desc = ${what}: ${image}: not found`;
      return { isOk: false, message };
    },
  };
}

/** Whether a pattern names an image, by its full name or as pods write it. */
function namedBy(patterns: readonly string[]): (image: string) => boolean {
  const all = patterns.map(imagePattern);
  return image => {
    const plain = image.replace(/^docker\.io\/(library\/)?/, '');
    const names = [image, plain, plain.replace(/:latest$/, '')];
    return all.some(pattern => names.some(name => pattern.test(name)));
  };
}

/** An image without peculiarities. */
function plainImage(name: string, sizeBytes = usualImageBytes): Image {
  return { id: imageId(name), sizeBytes, hasUnknownUser: true };
}

/** The ids that were worked out: every node pulls the same few images. */
const idsByName = new Map<string, string>();
const idsMax = 1_000;

/** An id that depends on the name alone. */
export function imageId(name: string): string {
  const known = idsByName.get(name);
  if (known !== undefined) return known;
  if (idsByName.size >= idsMax) idsByName.clear();
  const id = hashedName(name);
  idsByName.set(name, id);
  return id;
}

function hashedName(name: string): string {
  let digits = '';
  for (let part = 0; digits.length < 64; part++) {
    digits += fnv32a(`${name}#${part}`).toString(16).padStart(8, '0');
  }
  return `sha256:${digits}`;
}

const domainPattern = /^(?:localhost|[^/]*[.:][^/]*)$/;
const pathPattern =
  /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const tagPattern = /^\w[\w.-]{0,127}$/;
const digestPattern = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;

/**
 * The full name of an image: with domain and tag; or why it cannot be one.
 * @upstream pkg/util/parsers/parsers.go
 */
export function fullImageName(
  image: string,
): { readonly name: string } | { readonly error: string } {
  const refuse = (why: string) => ({
    error: `couldn't parse image name ${JSON.stringify(image)}: invalid reference format${why}`,
  });
  const at = image.indexOf('@');
  const digest = at < 0 ? '' : image.slice(at + 1);
  const tagged = at < 0 ? image : image.slice(0, at);
  const slash = tagged.indexOf('/');
  const first = slash < 0 ? '' : tagged.slice(0, slash);
  const hasDomain = domainPattern.test(first) || first !== first.toLowerCase();
  const domain = hasDomain ? first : 'docker.io';
  const rest = hasDomain ? tagged.slice(slash + 1) : tagged;
  const colon = rest.indexOf(':', rest.lastIndexOf('/') + 1);
  const path = colon < 0 ? rest : rest.slice(0, colon);
  const tag = colon < 0 ? '' : rest.slice(colon + 1);
  const repository = hasDomain || path.includes('/') ? path : `library/${path}`;
  if (repository !== repository.toLowerCase()) {
    return refuse(`: repository name (${repository}) must be lowercase`);
  }
  if (!pathPattern.test(path)) return refuse('');
  if (colon >= 0 && !tagPattern.test(tag)) return refuse('');
  if (at >= 0 && !digestPattern.test(digest)) return refuse('');
  const suffix = digest !== '' ? `@${digest}` : `:${tag === '' ? 'latest' : tag}`;
  return { name: `${domain}/${repository}${suffix}` };
}
