/** What stored keys of a cache of the user's own begin with. */
export function entryPrefix(namespace = '', version: string | number = ''): string {
  return `user/${encodeURIComponent(namespace)}@${encodeURIComponent(version)}/`;
}

/** A stored key as people know it: behind its namespace and version where it has them, as in `prices/EUR` and `prices@2/EUR`. */
export function shownName(name: string): string {
  const [, namespace, version, key] = /^user\/([^@/]*)@([^/]*)\/(.*)$/s.exec(name) ?? [];
  if (key === undefined) return name;
  const space = version ? `${namespace}@${version}` : namespace;
  return space ? `${space}/${key}` : key;
}

/** The stored keys that people may mean by a name, the likeliest first. */
export function storedNames(shown: string): string[] {
  const [, space, key] = /^([^/]+)\/(.*)$/s.exec(shown) ?? [];
  const spaced = space === undefined ? [] : [`user/${space.includes('@') ? space : `${space}@`}/${key}`];
  return [entryPrefix() + shown, ...spaced, shown];
}
