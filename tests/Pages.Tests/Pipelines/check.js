// check.js KIND FILE: reads a pipeline and prints what is wrong with it, a line each. Ends with 0 if nothing is, with 3 if something is.
// github: the parser that GitHub publishes. gitlab: the schema that GitLab publishes, as gitlab-ci-local ships it.
// azure: a schema of our own for the keys and task inputs that the page uses (Azure DevOps' schema comes with no package).
import { readFileSync } from 'node:fs';
import { register } from 'node:module';
import { Ajv } from 'ajv';
import { parse } from 'yaml';

register('./json-modules.js', import.meta.url);

const [kind, file] = process.argv.slice(2);
const text = readFileSync(file, 'utf8');
const problems = await { github, gitlab, azure }[kind](text);
problems.forEach(problem => console.log(problem));
process.exitCode = problems.length === 0 ? 0 : 3;

async function github(content) {
  const { parseWorkflow, convertWorkflowTemplate, NoOperationTraceWriter } = await import('@actions/workflow-parser');
  const result = parseWorkflow({ name: 'workflow.yml', content }, new NoOperationTraceWriter());
  if (result.value) {
    await convertWorkflowTemplate(result.context, result.value);
  }

  return result.context.errors.getErrors().map(error => error.message);
}

async function gitlab(content) {
  const { default: schema } = await import('gitlab-ci-local/src/schema/index.js');
  return bySchema(schema, parse(content));
}

async function azure(content) {
  return bySchema(JSON.parse(readFileSync(new URL('azure-pipelines.schema.json', import.meta.url), 'utf8')), parse(content));
}

function bySchema(schema, document) {
  const ajv = new Ajv({ allErrors: true, allowUnionTypes: true, validateFormats: false, strictTypes: false, keywords: ['markdownDescription'] });
  const validate = ajv.compile(schema);
  return validate(document) ? [] : validate.errors.map(error => `${error.instancePath || '/'} ${error.message} ${JSON.stringify(error.params)}`);
}
