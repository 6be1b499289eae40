import nodeCrypto from 'node:crypto';

type Random = () => number;
type Done<T> = (error: Error | null, value: T) => void;

/** What draws random numbers, and how it is done with the numbers of a seed. */
const DRAWS = new Map<unknown, (random: Random) => unknown>([
  [nodeCrypto.randomBytes, (random) => (size: number, done?: Done<Buffer>) => answer(bytes(size, random), done)],
  [
    nodeCrypto.randomInt,
    (random) =>
      (...range: unknown[]) =>
        integer(range, random),
  ],
  [nodeCrypto.randomUUID, (random) => () => uuid(random)],
  [
    nodeCrypto.randomFillSync,
    (random) => (buffer: Filled, from?: number, size?: number) => fill(buffer, random, from, size),
  ],
  [
    nodeCrypto.randomFill,
    (random) =>
      (buffer: Filled, ...rest: unknown[]) =>
        fillLater(buffer, rest, random),
  ],
  [nodeCrypto.getRandomValues, (random) => (array: Filled) => fill(array, random)],
  [globalThis.crypto.getRandomValues, (random) => (array: Filled) => fill(array, random)],
  [globalThis.crypto.randomUUID, (random) => () => uuid(random)],
]);

/** `value`, a function that draws random numbers or an object with some, as a seed has it; undefined where there is none. */
export function seededTwin(value: unknown, random: Random): unknown {
  const draw = DRAWS.get(value);
  if (draw) return draw(random);
  if (typeof value !== 'object' || value === null || !('getRandomValues' in value)) return undefined;
  return withMembers(value, (member) => seededTwin(member, random));
}

/** `value`, a clock or an object with some, standing still at `now`; undefined where there is none. */
export function standingTwin(value: unknown, now: number): unknown {
  if (value === performance.now) return () => 0;
  if (value === process.uptime) return () => 0;
  if (value === process.hrtime) {
    const nanoseconds = BigInt(Math.round(now * 1000)) * 1000n;
    const hrtime = () => [Number(nanoseconds / 1_000_000_000n), Number(nanoseconds % 1_000_000_000n)];
    return Object.assign(hrtime, { bigint: () => nanoseconds });
  }
  return undefined;
}

/** `object` with other members where `twin` has one. */
export function withMembers<T extends object>(object: T, twin: (member: unknown, key: PropertyKey) => unknown): T {
  return new Proxy(object, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key);
      return twin(member, key) ?? (typeof member === 'function' ? member.bind(target) : member);
    },
  });
}

type Filled = NodeJS.ArrayBufferView | ArrayBuffer;

function bytes(size: number, random: Random): Buffer {
  return fill(Buffer.alloc(size), random);
}

/** Fills a buffer from element `from` on. */
function fill<T extends Filled>(buffer: T, random: Random, from = 0, size?: number): T {
  const whole = ArrayBuffer.isView(buffer)
    ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    : new Uint8Array(buffer);
  const width = 'BYTES_PER_ELEMENT' in buffer ? Number(buffer.BYTES_PER_ELEMENT) : 1;
  const end = size === undefined ? whole.length : (from + size) * width;
  for (let i = from * width; i < end; i++) whole[i] = Math.floor(random() * 256);
  return buffer;
}

function fillLater(buffer: Filled, rest: readonly unknown[], random: Random): void {
  const [from, size] = rest.filter((one) => typeof one === 'number');
  answer(fill(buffer, random, from, size), rest.at(-1) as Done<Filled>);
}

function integer(range: readonly unknown[], random: Random): number | undefined {
  const bounds = range.filter((one) => typeof one === 'number');
  const [low, high] = bounds.length > 1 ? [bounds[0]!, bounds[1]!] : [0, bounds[0]!];
  const last = range.at(-1);
  return answer(
    low + Math.floor(random() * (high - low)),
    typeof last === 'function' ? (last as Done<number>) : undefined,
  );
}

function uuid(random: Random): string {
  const drawn = bytes(16, random);
  drawn[6] = (drawn[6]! & 0x0f) | 0x40;
  drawn[8] = (drawn[8]! & 0x3f) | 0x80;
  return drawn.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** Gives a value back, or to a callback, as Node does. */
function answer<T>(value: T, done: Done<T> | undefined): T | undefined {
  if (!done) return value;
  setImmediate(done, null, value);
  return undefined;
}
