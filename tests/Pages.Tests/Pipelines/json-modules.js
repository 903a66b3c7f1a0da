// @actions/workflow-parser imports JSON as bundlers allow it, without an import attribute. Node.js asks for one.
import { readFile } from 'node:fs/promises';

export async function load(url, context, next) {
  return url.endsWith('.json')
    ? { format: 'module', shortCircuit: true, source: `export default ${await readFile(new URL(url), 'utf8')}` }
    : next(url, context);
}
