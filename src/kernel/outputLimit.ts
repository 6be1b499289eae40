import { formatBytes } from '../base/format.ts';
import { MIME, type Output } from '../protocol/output.ts';

/** More than this no page draws at once, while every process on the way to it would hold it several times. */
const LIMIT = 40_000_000;

/** An output as it is; where it is too large to be shown, a sentence that says so. */
export function limited(output: Output): Output {
  if (!exceeds(output.items)) return output;
  const data = `This output has more than ${formatBytes(LIMIT)} and is not shown. Show a part of it, or write it to a file.`;
  return { ...output, items: [{ mime: MIME.text, data }] };
}

/** Whether what it holds together is larger than the limit; what lies beyond is not looked at. */
function exceeds(content: unknown): boolean {
  const rest = [content];
  for (let left = LIMIT; left >= 0; ) {
    if (!rest.length) return false;
    const value = rest.pop();
    left -= 8;
    if (typeof value === 'string') left -= value.length;
    else if (ArrayBuffer.isView(value)) left -= value.byteLength;
    else if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) rest.push(part);
  }
  return true;
}
