import { readFile, realpath } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import type { AppPage } from '../protocol/app.ts';

const PICTURES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
};
const MAX_PICTURE = 5_000_000;

/** The page with the pictures in it that its Markdown names and that lie beside the notebook, in its folder. */
export async function pageWithPictures(page: AppPage, folder: string): Promise<AppPage> {
  const cells = page.cells.map(async (cell) => ({
    ...cell,
    markdown: cell.markdown && (await withPictures(cell.markdown, folder)),
  }));
  return { ...page, cells: await Promise.all(cells) };
}

async function withPictures(markdown: string, folder: string): Promise<string> {
  const found = [...markdown.matchAll(/(!\[[^\]]*\]\()([^)\s]+)(?=[\s)])/g)];
  const urls = await Promise.all(found.map(([, , path]) => pictureUrl(path!, folder)));
  return found.reduceRight((text, match, at) => {
    const url = urls[at];
    if (!url) return text;
    const from = match.index + match[1]!.length;
    return text.slice(0, from) + url + text.slice(from + match[2]!.length);
  }, markdown);
}

async function pictureUrl(path: string, folder: string): Promise<string | null> {
  const mime = PICTURES[extname(path).toLowerCase()];
  if (!mime || /^[a-z][a-z\d+.-]*:/i.test(path)) return null;
  try {
    const [inside, real] = await Promise.all([realpath(folder), realpath(join(folder, decodeURIComponent(path)))]);
    if (!real.startsWith(inside + sep)) return null;
    const bytes = await readFile(real);
    return bytes.length > MAX_PICTURE ? null : `data:${mime};base64,${bytes.toString('base64')}`;
  } catch {
    return null; // it shows as missing, as it is
  }
}
