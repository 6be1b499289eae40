import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { codeOf, messageOf, UserError } from '../base/errors.ts';
import { formatBytes } from '../base/format.ts';
import { MIME, type Output } from '../protocol/output.ts';
import { Displayable } from './displayable.ts';

const SVG = /^\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*(<!DOCTYPE svg[^>]*>\s*)?<svg[\s>]/s;

export interface ImageOptions {
  /** The format, such as `image/png`; without it the content tells. */
  readonly mime?: string;
  /** Says what the picture shows, for readers who do not see it. */
  readonly alt?: string;
}

/**
 * An image from its bytes or a file: PNG, JPEG, GIF, WebP or SVG; an SVG may be its text.
 * @throws UserError when there is no such file, or the bytes are none of these
 * @example
 * image('plots/map.png', { alt: 'Strikes by state' })
 */
export function image(source: Uint8Array | string, options: ImageOptions = {}): Displayable {
  const bytes = typeof source !== 'string' ? source : SVG.test(source) ? Buffer.from(source) : readImage(source);
  const mime = options.mime ?? imageType(bytes) ?? (isSvg(source, bytes) ? 'image/svg+xml' : null);
  if (!mime) {
    throw new UserError(
      'These bytes are no PNG, JPEG, GIF, WebP or SVG image. Give their format as {mime: "image/…"}.',
    );
  }
  return new Displayable(options.alt ?? imageText(mime, bytes), () => imageOutput(bytes, mime, options.alt));
}

/** The format that an image's first bytes announce, or null. */
export function imageType(bytes: Uint8Array): string | null {
  const head = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (head.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (head.startsWith('GIF8')) return 'image/gif';
  return head.startsWith('RIFF') && head.endsWith('WEBP') ? 'image/webp' : null;
}

/** An image as an output; `alt`, or its format and size, is the text beside it. */
export function imageOutput(bytes: Uint8Array, mime: string, alt = imageText(mime, bytes)): Output {
  const data = mime === 'image/svg+xml' ? new TextDecoder().decode(bytes) : bytes;
  return {
    items: [
      { mime, data },
      { mime: MIME.text, data: alt },
    ],
  };
}

function imageText(mime: string, bytes: Uint8Array): string {
  return `${mime
    .replace(/^image\//, '')
    .replace(/\+.*/, '')
    .toUpperCase()} image, ${formatBytes(bytes.length)}`;
}

function readImage(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw new UserError(`There is no image at "${path}".`);
    throw new UserError(`The image "${path}" could not be read: ${messageOf(error)}.`);
  }
}

function isSvg(source: Uint8Array | string, bytes: Uint8Array): boolean {
  if (typeof source === 'string' && extname(source).toLowerCase() === '.svg') return true;
  return SVG.test(new TextDecoder().decode(bytes.subarray(0, 1_000)));
}
