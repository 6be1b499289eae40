// The child process behind types in cells. It speaks the Language Server Protocol.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { messageOf } from '../base/errors.ts';
import { findNative } from './findNative.ts';
import { NativeEngine } from './nativeEngine.ts';
import { LanguageServer } from './server.ts';
import { TypeScriptEngine } from './typescript/typeScriptEngine.ts';

const connection = createConnection(ProposedFeatures.all);
const { console: log } = connection;

new LanguageServer(connection, {
  types: join(dirname(fileURLToPath(import.meta.url)), 'types'),
  engine(root, engine) {
    const native = engine === 'workspace' ? findNative(root) : null;
    if (!native) return new TypeScriptEngine();
    return new NativeEngine(native, root, {
      debug: (message) => log.debug(message),
      info: (message) => log.info(message),
      warn: (message) => log.warn(message),
      error: (message, thrown) => log.error(`${message} ${thrown === undefined ? '' : messageOf(thrown)}`),
    });
  },
});
connection.listen();
