import fc from 'fast-check';

/** Any value that the codec carries, without cycles: those are tested by hand. */
export const anyValue = fc.anything({
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withNullPrototype: true,
  withSparseArray: true,
  withTypedArray: true,
  withUnicodeString: true,
  withObjectString: true,
  maxDepth: 4,
});
