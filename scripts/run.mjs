// Commands that leave nothing behind.
import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

const running = new Set();

/** Runs a command to its end, or to its end by force after `timeoutMs`; what it printed comes back whole. */
export async function run(command, args, { timeoutMs }) {
  const child = spawn(command, args, {
    detached: process.platform !== 'win32', // a group of its own, so that its children end with it
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
  });
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const ended = new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: 1, complaint: `${command}: ${error.message}\n` }));
    child.once('close', (code) => resolve({ code: code ?? 1, complaint: '' }));
  });
  const timer = setTimeout(async () => {
    output += `\n${command} was ended, as it took more than ${timeoutMs / 1000} s.\n`;
    await end(child);
  }, timeoutMs);
  const { code, complaint } = await ended;
  clearTimeout(timer);
  await end(child); // what outlived it
  running.delete(child);
  return { code, output: output + complaint };
}

/** Ends whatever still runs. */
export async function endAll() {
  await Promise.all([...running].map(end));
}

async function end(child) {
  signal(child, 'SIGTERM');
  for (let waited = 0; waited < 5000 && signal(child, 0); waited += 50) await delay(50);
  signal(child, 'SIGKILL');
}

/** Whether the group was there to hear it. */
function signal(child, name) {
  try {
    return process.kill(process.platform === 'win32' ? child.pid : -child.pid, name);
  } catch {
    return false;
  }
}
