import { createRequire } from 'node:module';

type Library = Readonly<Record<string, object>>;

let loaded: Library | null = null;

/**
 * What stands for an export of the library until it is used: a program that imports Memoir waits for nothing before that.
 * The build makes `dist/index.js` of it, with a line for each name that `src/index.ts` exports.
 */
export function lazy(name: string, kind: 'function' | 'object'): unknown {
  const real = () => library()[name]!;
  // Made by `function`, it can be called, and constructed where the export is a class.
  return new Proxy(kind === 'function' ? function standIn() {} : {}, {
    apply: (_, self, args) => Reflect.apply(real() as () => unknown, self, args),
    construct: (_, args, target) => Reflect.construct(real() as new () => object, args, target),
    get: (_, key) => partOf(real(), key),
    has: (_, key) => Reflect.has(real(), key),
    set: (_, key, value) => Reflect.set(real(), key, value),
  });
}

/** Methods keep the object that they belong to, which may have private parts. */
function partOf(real: object, key: string | symbol): unknown {
  const value: unknown = Reflect.get(real, key);
  return typeof real === 'object' && typeof value === 'function' ? value.bind(real) : value;
}

/** At once, as most of the library answers at once. */
function library(): Library {
  loaded ??= createRequire(import.meta.url)('./library.js') as Library; // lies beside
  return loaded;
}
