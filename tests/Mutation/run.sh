#!/usr/bin/env bash
# Changes the code of the core in many small ways, and expects the tests to notice each: tests/Mutation/run.sh [AREA…], by default all areas.
# areas.tsv lists the areas and their files, equivalent.tsv the changes that make no difference. Fails when a file's score is below 95 %.
# The report is in .artifacts/mutation. The sources are not touched: Stryker changes the compiled package of this folder's project only.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
report=$PWD/../../.artifacts/mutation
(($# > 0)) || mapfile -t areas < <(tail -n +2 areas.tsv | cut -f1)
(($# == 0)) || areas=("$@")

patterns=()
for area in "${areas[@]}"; do
  files=$(awk -F'\t' -v area="$area" 'NR > 1 && $1 == area { print $2 }' areas.tsv)
  [[ $files ]] || { echo "There is no area $area. Areas: $(tail -n +2 areas.tsv | cut -f1 | xargs)" >&2; exit 2; }
  for file in $files; do
    [[ -f ../../src/WorkloadIdentity/$file ]] || { echo "areas.tsv names $file, which does not exist." >&2; exit 2; }
    patterns+=(--mutate "**/$file")
  done
done

# A run that was interrupted may leave a changed package behind.
rm -rf "$report" ../../.artifacts/bin/Mutation
(cd .. && dotnet tool restore >/dev/null)
# The tests were built with analyzers before; another time would only cost time.
RunAnalyzers=false dotnet stryker "${patterns[@]}" --output "$report" --skip-version-check
node scores.mjs "$report/reports/mutation-report.json" equivalent.tsv
