/** The text is not what was expected at this place. */
export class NotAsExpected extends Error {}

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
/** So many digits make no number that is not exact. */
const EXACT_DIGITS = 15;

/** Of an object's text, as many bytes at its end and behind its first key tell it from most others. */
const HINT_BYTES = 24;
const HINT_BEGIN = 17;

/** Reads JSON from its bytes, value by value, and makes nothing of what nobody asks for. */
export class JsonBytes {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0; // a byte order mark
  }

  /** Where it has come to. */
  get at(): number {
    return this.#at;
  }

  /** The next value is an object: `member` reads or skips the value of each key, which stands from one place to another. */
  object(member: (from: number, to: number) => void): void {
    this.#expect(OPEN_OBJECT);
    if (this.#take(CLOSE_OBJECT)) return;
    do {
      this.#expect(QUOTE);
      const from = this.#at;
      this.#endString();
      const to = this.#at - 1;
      this.#expect(COLON);
      member(from, to);
    } while (this.#take(COMMA));
    this.#expect(CLOSE_OBJECT);
  }

  /** The next value is a list: `item` reads or skips each of what it holds. */
  list(item: () => void): void {
    this.#expect(OPEN_LIST);
    if (this.#take(CLOSE_LIST)) return;
    do item();
    while (this.#take(COMMA));
    this.#expect(CLOSE_LIST);
  }

  number(): number {
    const bytes = this.#bytes;
    const isNegative = this.#next() === MINUS;
    const from = this.#at;
    const first = isNegative ? from + 1 : from;
    let at = first;
    let value = 0;
    for (let digit = bytes[at]! - ZERO; digit >= 0 && digit <= 9; digit = bytes[++at]! - ZERO)
      value = value * 10 + digit;
    const digits = at - first;
    while (isInNumber(bytes[at])) at += 1;
    this.#at = at;
    if (digits > 0 && digits <= EXACT_DIGITS && at === first + digits) return isNegative ? -value : value;
    const text = this.text(from, at);
    if (text === '' || Number.isNaN(Number(text))) throw new NotAsExpected();
    return Number(text);
  }

  /** The next value is a list of numbers. */
  numbers(): Float64Array<ArrayBuffer> {
    let found = new Float64Array(4096);
    let size = 0;
    this.list(() => {
      for (let more = true; more; ) {
        if (size === found.length) found = grown(found);
        const plain = this.#plainNumber();
        more = plain >= 0;
        found[size++] = more ? plain : this.number();
      }
    });
    return found.subarray(0, size);
  }

  /** Leaves the next value out, up to what follows it. */
  skip(): void {
    const bytes = this.#bytes;
    let depth = 0;
    let at = this.#at;
    for (; ; at++) {
      const byte = bytes[at];
      if (byte === undefined) throw new NotAsExpected();
      if (byte === QUOTE) {
        for (let inside = bytes[++at]; inside !== QUOTE; inside = bytes[++at]) {
          if (inside === undefined) throw new NotAsExpected();
          if (inside === BACKSLASH) at += 1;
        }
      } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth += 1;
      else if (byte === COMMA && depth === 0) break;
      else if ((byte === CLOSE_OBJECT || byte === CLOSE_LIST) && depth-- === 0) break;
    }
    this.#at = at;
  }

  text(from: number, to: number): string {
    return new TextDecoder().decode(this.#bytes.subarray(from, to));
  }

  /** Whether the text from one place to another is this word, of plain letters. */
  is(word: string, from: number, to: number): boolean {
    if (to - from !== word.length) return false;
    for (let i = 0; i < word.length; i++) if (this.#bytes[from + i] !== word.charCodeAt(i)) return false;
    return true;
  }

  /** A number that is the same for equal objects, and mostly another for others: of what stands before the first brace that closes. */
  hint(): number {
    const bytes = this.#bytes;
    const from = this.#at;
    const to = bytes.indexOf(CLOSE_OBJECT, from);
    let hash = to - from;
    for (let at = Math.max(from, to - HINT_BYTES); at < to; at++) hash = (Math.imul(hash, 31) + bytes[at]!) | 0;
    for (let at = from + HINT_BEGIN; at < from + HINT_BEGIN + HINT_BYTES && at < to; at++)
      hash = (Math.imul(hash, 31) + bytes[at]!) | 0;
    return hash;
  }

  /** Steps over the next value if it has the text of that which stands from one place to another. */
  passSame(from: number, to: number): boolean {
    const bytes = this.#bytes;
    const here = this.#at - from;
    for (let at = to - 1; at >= from; at--) if (bytes[at] !== bytes[at + here]) return false;
    this.#at += to - from;
    return true;
  }

  /** The next number if it is a short one without a sign, and steps over the comma behind it; else -1. */
  #plainNumber(): number {
    const bytes = this.#bytes;
    const from = this.#at;
    let at = from;
    let value = 0;
    for (let digit = bytes[at]! - ZERO; digit >= 0 && digit <= 9; digit = bytes[++at]! - ZERO)
      value = value * 10 + digit;
    if (bytes[at] !== COMMA || at === from || at - from > EXACT_DIGITS) return -1;
    this.#at = at + 1;
    return value;
  }

  #next(): number | undefined {
    const bytes = this.#bytes;
    while (isSpace(bytes[this.#at])) this.#at += 1;
    return bytes[this.#at];
  }

  #take(byte: number): boolean {
    const is = this.#next() === byte;
    if (is) this.#at += 1;
    return is;
  }

  #expect(byte: number): void {
    if (!this.#take(byte)) throw new NotAsExpected();
  }

  #endString(): void {
    const bytes = this.#bytes;
    for (let byte = bytes[this.#at]; byte !== QUOTE; byte = bytes[this.#at]) {
      if (byte === undefined) throw new NotAsExpected();
      this.#at += byte === BACKSLASH ? 2 : 1;
    }
    this.#at += 1;
  }
}

function grown(numbers: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(numbers.length * 2);
  larger.set(numbers);
  return larger;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** Digits, signs, the point and the exponent's letter. */
function isInNumber(byte: number | undefined): boolean {
  return (
    byte !== undefined &&
    ((byte >= 0x30 && byte <= 0x39) || byte === 0x2b || byte === 0x2d || byte === 0x2e || (byte | 0x20) === 0x65)
  );
}
