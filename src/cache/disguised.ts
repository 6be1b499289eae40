import { types } from 'node:util';

/** Whether an object without properties is something else behind a prototype that was exchanged. */
export function isDisguised(object: object): boolean {
  return DISGUISED.some((is) => is(object));
}

const DISGUISED = [
  types.isMap,
  types.isSet,
  types.isDate,
  types.isRegExp,
  types.isBoxedPrimitive,
  types.isPromise,
  types.isWeakMap,
  types.isWeakSet,
  types.isAnyArrayBuffer,
  ArrayBuffer.isView,
  types.isGeneratorObject,
  types.isExternal,
];
