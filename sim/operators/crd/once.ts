/** Makes a thing when it is first asked for, and keeps it: manifests are alike at each boot. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
