// Jest transform: types become blanks, so positions stay and no source map is needed.
import { stripTypeScriptTypes } from 'node:module';
export default { process: (source) => ({ code: stripTypeScriptTypes(source) }) };
