// Prints the score of each file and the changes that no test noticed: node scores.mjs REPORT EQUIVALENT
// A change listed in EQUIVALENT makes no difference, so no test can notice it and it does not count. The list must not name more than that.
import { readFileSync } from 'node:fs';

const leastScore = 95;
const [report, list] = process.argv.slice(2);
const oneLine = text => text.replace(/\s+/g, ' ').trim();

const equivalent = new Map(readFileSync(list, 'utf8').trimEnd().split('\n').slice(1).map(row => {
  const [file, line, original, replacement, reason] = row.split('\t');
  if (!reason) throw new Error(`equivalent.tsv: a row has the columns file, line, original, replacement and reason, not: ${row}`);
  return [[file, line, original, replacement].join('\t'), { file, uses: 0, detected: 0 }];
}));

let failed = false;
const measured = new Set();
for (const [path, { source, mutants }] of Object.entries(JSON.parse(readFileSync(report, 'utf8')).files)) {
  const file = path.replace(/\\/g, '/').replace(/^.*src\/WorkloadIdentity\//, '');
  const tested = mutants.filter(mutant => ['Killed', 'Timeout', 'Survived', 'NoCoverage'].includes(mutant.status));
  if (tested.length === 0) continue;
  measured.add(file);

  const lines = source.split(/\r?\n/);
  const textOf = ({ start, end }) => start.line === end.line
    ? lines[start.line - 1].slice(start.column - 1, end.column - 1)
    : [lines[start.line - 1].slice(start.column - 1), ...lines.slice(start.line, end.line - 1), lines[end.line - 1].slice(0, end.column - 1)]
      .join('\n');
  let detected = 0, listed = 0;
  const survivors = [];
  for (const mutant of tested) {
    const { start } = mutant.location;
    const key = [file, oneLine(lines[start.line - 1]), oneLine(textOf(mutant.location)), oneLine(mutant.replacement)].join('\t');
    const known = equivalent.get(key);
    const noticed = mutant.status === 'Killed' || mutant.status === 'Timeout';
    if (known) known.uses++;
    if (known && mutant.status === 'Killed') known.detected++;
    if (noticed) detected++;
    else if (known) listed++;
    else survivors.push(`  ${start.line}\t${mutant.status}\t${key.slice(file.length + 1)}`);
  }

  const score = 100 * detected / Math.max(1, tested.length - listed);
  if (score < leastScore) failed = true;
  console.log(`${score.toFixed(1).padStart(5)} %  ${file}: ${detected} of ${tested.length} detected, ${listed} equivalent`);
  for (const survivor of survivors) console.log(survivor);
}

for (const [key, { file, uses, detected }] of equivalent) {
  if (measured.has(file) && (uses === 0 || detected === uses)) {
    console.log(`equivalent.tsv lists a change that ${uses === 0 ? 'is no longer made' : 'a test notices'}: ${key}`);
    failed = true;
  }
}

if (measured.size === 0) throw new Error(`${report} has no tested change.`);
process.exitCode = failed ? 1 : 0;
