// Reads one line of JSON, { schema, documents }, and writes one line: { verdicts }, or { error } where the schema itself is not valid.
import readline from 'node:readline';
import Ajv from 'ajv';

const input = readline.createInterface({ input: process.stdin });
for await (const line of input) {
  const { schema, documents } = JSON.parse(line);
  try {
    const validate = new Ajv({ strict: true, allErrors: true }).compile(schema);
    console.log(JSON.stringify({ verdicts: documents.map(document => validate(document)) }));
  } catch (error) {
    console.log(JSON.stringify({ error: error.message }));
  }
}
