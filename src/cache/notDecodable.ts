/** Bytes that are not a value of ours, or no longer: truncated, damaged, of another version. */
export class NotDecodable extends Error {
  override readonly name = 'NotDecodable';
}
