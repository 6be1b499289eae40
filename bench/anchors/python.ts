import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What Memoir is measured against, from PyPI; no part of this project. */
const PACKAGES = ['marimo==0.25.2', 'ipykernel==7.4.0', 'jupyter_client==8.10.0'];

/** The `bin` folder of a Python with these packages, made once and kept among the temporary files; null without Python. */
export function pythonWithAnchors(): string | null {
  const home = join(tmpdir(), 'memoir-bench-python');
  const bin = join(home, process.platform === 'win32' ? 'Scripts' : 'bin');
  try {
    if (!existsSync(join(home, 'ready'))) {
      execFileSync('python3', ['-m', 'venv', home], { stdio: 'ignore' });
      execFileSync(join(bin, 'pip'), ['install', '--quiet', ...PACKAGES], { stdio: ['ignore', 'ignore', 'inherit'] });
      execFileSync(join(bin, 'python'), ['-c', `open(${JSON.stringify(join(home, 'ready'))}, 'w')`]);
    }
    return bin;
  } catch {
    return null;
  }
}
