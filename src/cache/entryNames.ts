/** What stored keys of a cache of the user's own begin with. */
export function entryPrefix(namespace = '', version: string | number = ''): string {
  return `user/${encodeURIComponent(namespace)}@${encodeURIComponent(version)}/`;
}

/** A stored key as people know it: without what is in front of keys of a cache without a namespace. */
export function shownName(name: string): string {
  const plain = entryPrefix();
  return name.startsWith(plain) ? name.slice(plain.length) : name;
}
