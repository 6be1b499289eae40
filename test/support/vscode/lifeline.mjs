// node lifeline.mjs <script> [arguments]: runs a script for as long as whoever started it lives. Their end of our stdin
// closes however they end, and then nothing of this process group stays.
import { spawn } from 'node:child_process';

const child = spawn(process.execPath, process.argv.slice(2), { stdio: ['ignore', 'inherit', 'inherit'] });
child.on('exit', (code) => process.exit(code ?? 1));
process.stdin.on('close', () => process.kill(-process.pid, 'SIGKILL')).resume();
