import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What Memoir is measured against, from PyPI; no part of this project. */
const PACKAGES = {
  notebooks: ['marimo==0.25.2', 'ipykernel==7.4.0', 'jupyter_client==8.10.0'],
  tables: ['duckdb==2.0.0', 'pandas==3.1.1', 'polars==2.1.0', 'pyarrow==26.0.1'],
} as const;

/** The `bin` folder of a Python with these packages, made once and kept among the temporary files; null without Python. */
export function pythonWith(kind: keyof typeof PACKAGES): string | null {
  const home = join(tmpdir(), kind === 'notebooks' ? 'memoir-bench-python' : `memoir-bench-python-${kind}`);
  const bin = join(home, process.platform === 'win32' ? 'Scripts' : 'bin');
  try {
    if (!existsSync(join(home, 'ready'))) {
      execFileSync('python3', ['-m', 'venv', home], { stdio: 'ignore' });
      execFileSync(join(bin, 'pip'), ['install', '--quiet', ...PACKAGES[kind]], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      execFileSync(join(bin, 'python'), ['-c', `open(${JSON.stringify(join(home, 'ready'))}, 'w')`]);
    }
    return bin;
  } catch {
    return null;
  }
}
