import type { ByteReader } from './byteReader.ts';
import { tag, viewKinds } from './codecFormat.ts';
import { NotDecodable } from './notDecodable.ts';

/** Reads an object that cannot hold itself; `value` reads the next value. */
export function readLeaf(form: number, bytes: ByteReader, value: () => unknown): object {
  switch (form) {
    case tag.date:
      return new Date(value() as number);
    case tag.regexp:
      return readRegExp(bytes, value);
    case tag.boxed:
      return Object(value());
    case tag.arrayBuffer:
      return readBuffer(bytes);
    case tag.view:
      return readView(bytes, value);
    case tag.bytes:
      return readBytes(bytes);
    case tag.url:
      return new URL(bytes.string());
    case tag.urlParameters:
      return new URLSearchParams(bytes.string());
    default:
      throw new NotDecodable(`The mark ${form} is unknown.`);
  }
}

function readRegExp(bytes: ByteReader, value: () => unknown): RegExp {
  const regexp = new RegExp(bytes.string(), bytes.string());
  regexp.lastIndex = value() as number;
  return regexp;
}

function readBuffer(bytes: ByteReader): ArrayBuffer {
  const size = bytes.varint();
  const largest = bytes.varint();
  const content = bytes.bytes(size);
  if (largest === 0) return content;
  const buffer = new ArrayBuffer(size, { maxByteLength: largest - 1 });
  new Uint8Array(buffer).set(new Uint8Array(content));
  return buffer;
}

function readView(bytes: ByteReader, value: () => unknown): object {
  const kind = readKind(bytes);
  const byteLength = bytes.varint();
  const byteOffset = bytes.varint();
  const buffer = value();
  if (!(buffer instanceof ArrayBuffer)) throw new NotDecodable('A view has no memory.');
  return makeView(kind, buffer, byteOffset, byteLength);
}

function readBytes(bytes: ByteReader): object {
  const kind = readKind(bytes);
  const byteLength = bytes.varint();
  return makeView(kind, bytes.bytes(byteLength), 0, byteLength);
}

function readKind(bytes: ByteReader): (typeof viewKinds)[number] {
  const kind = viewKinds[bytes.varint()];
  if (!kind) throw new NotDecodable('The kind of a view is unknown.');
  return kind;
}

function makeView(kind: (typeof viewKinds)[number], buffer: ArrayBuffer, offset: number, byteLength: number): object {
  if (kind === Buffer) return Buffer.from(buffer, offset, byteLength);
  if (kind === DataView) return new DataView(buffer, offset, byteLength);
  const typed = kind as Uint8ArrayConstructor; // all typed arrays are made alike
  return new typed(buffer, offset, byteLength / typed.BYTES_PER_ELEMENT);
}
