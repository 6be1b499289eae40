import { basename, dirname, resolve } from 'node:path';
import { type BuildFailure, build, type Plugin } from 'esbuild';
import { UserError } from '../base/errors.ts';

/** A front-end module and what it imports as one plain script, which leaves its exports in `memoirWidget`. */
export async function bundleModule(text: string, path: string | null, onRead: (path: string) => void): Promise<string> {
  try {
    const { outputFiles, metafile } = await build({
      stdin: {
        contents: text,
        resolveDir: path ? dirname(resolve(path)) : process.cwd(),
        sourcefile: path ? basename(path) : 'widget.js',
        loader: /\.[cm]?tsx?$/.test(path ?? '') ? 'tsx' : 'jsx',
      },
      bundle: true,
      write: false,
      metafile: true,
      format: 'iife',
      globalName: 'memoirWidget',
      platform: 'browser',
      target: 'es2022',
      charset: 'utf8',
      logLevel: 'silent',
      loader: { '.css': 'text', '.svg': 'dataurl', '.png': 'dataurl' },
      plugins: [noNetwork],
    });
    const files = Object.keys(metafile.inputs).filter(
      (file) => !file.includes('node_modules/') && !file.startsWith('<'),
    );
    for (const file of files) if (file !== 'widget.js') onRead(resolve(file));
    return outputFiles[0]!.text;
  } catch (error) {
    const [first] = (error as Partial<BuildFailure>).errors ?? [];
    if (!first) throw error;
    const place = first.location ? `${first.location.file}, line ${first.location.line}: ` : '';
    throw new UserError(`This widget's module cannot be used. ${place}${first.text}`);
  }
}

const noNetwork: Plugin = {
  name: 'no-network',
  setup({ onResolve }) {
    onResolve({ filter: /^https?:/ }, ({ path }) => ({
      errors: [
        { text: `Widgets load nothing from the network: ${path}. Install the package, and import it by its name.` },
      ],
    }));
  },
};
